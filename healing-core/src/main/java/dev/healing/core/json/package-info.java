/** JSON as text and as trees, for all that is written, read and shown. */
package dev.healing.core.json;
