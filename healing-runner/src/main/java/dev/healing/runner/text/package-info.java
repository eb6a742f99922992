/**
 * What a person reads: drawn from the same JSON that {@code --json} prints. Calm, aligned, 80
 * columns; colour only on a terminal, and never as the only carrier of a meaning.
 *
 * <p>Texts come from the outside too (a unit's name, a command's complaint), so every control
 * character is taken out before anything reaches a terminal.
 */
package dev.healing.runner.text;
