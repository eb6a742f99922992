/**
 * How strange a value is, given what came before it: for metrics that nobody has set a threshold
 * for.
 *
 * <p>Several cheap measures look at each value: how far it is from what was expected (at four
 * paces, against three yardsticks), how busy the series is, whether its level has moved. None of
 * them means anything by itself; each is compared with its own past instead, by counting how many
 * earlier episodes were stranger. That makes measures, and series, comparable. {@code
 * docs/anomaly.md} says what each idea was worth.
 *
 * <p>Everything is causal and bounded: a score depends on no later value, and a series takes some
 * 16 KB however long it is.
 */
package dev.healing.learning.anomaly;
