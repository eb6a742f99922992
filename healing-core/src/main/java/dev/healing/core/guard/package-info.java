/**
 * When something may be done: the guards that every engine has, and the limits and other settings
 * that they hold it to. A guard is told what it is to judge and reaches for nothing. Needs {@code
 * journal}, for how much is remembered there, and {@code history}, for how much is kept at most.
 */
package dev.healing.core.guard;
