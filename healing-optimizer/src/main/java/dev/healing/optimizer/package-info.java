/** The proactive optimizer. */
package dev.healing.optimizer;
