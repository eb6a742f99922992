/**
 * What is foreseen becomes a problem before it is one: detectors that forecast what has a limit,
 * and report that it will be reached while there is time to do something about it.
 *
 * <p>They keep nothing of their own. What was measured before comes from the metric history, and
 * what healing did itself from the engine; so after a restart they say what they would have said
 * without one, and what they were wrong about before is known.
 */
package dev.healing.optimizer.prediction;
