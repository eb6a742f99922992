/** Samples the host; the built-in detectors and triggers. */
package dev.healing.detect;
