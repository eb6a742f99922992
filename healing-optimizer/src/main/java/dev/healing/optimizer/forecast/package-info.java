/**
 * When something that has a limit will reach it: a file system, memory, descriptors.
 *
 * <p>No straight line is drawn through the past: rotations, collections, nights and deploys make
 * straight lines cry wolf. It is asked instead what came of it the other times when the series
 * looked like this, and how long it took then to rise by what is left now. Only a rise as there was
 * none before is drawn on, and believed the more the farther it has come. {@code docs/forecast.md}
 * says what each idea was worth.
 *
 * <p>Everything is causal and bounded: a forecast depends on no later value, and a series takes
 * less than 8 KB however long it is.
 */
package dev.healing.optimizer.forecast;
