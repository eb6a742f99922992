/**
 * The journal: an intent before every action and a mark after it, and what people were asked and
 * have said; so the memory that limits are counted from, whatever becomes of the process or the
 * clock. Needs no other room. ({@code dev.healing.core.Audit}, which is for explaining, is another
 * file, and whoever embeds the engine may read it.)
 */
package dev.healing.core.journal;
