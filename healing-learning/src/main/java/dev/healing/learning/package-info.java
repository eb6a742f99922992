/** Confidence, and the JSON knowledge base. */
package dev.healing.learning;
