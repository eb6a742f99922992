/**
 * A fleet of simulated hosts over a season: what goes wrong on them without healing, with a fixed
 * ladder of remedies, and with learning and prevention. What is really so on a host is drawn from a
 * seed ({@link dev.healing.runner.bench.fleet.Truth}), the same for all, and known to nobody but an
 * oracle that shows what is possible; what an action was good for is counted against that, not by
 * what the engine thinks of it.
 */
@NullMarked
package dev.healing.runner.bench.fleet;

import org.jspecify.annotations.NullMarked;
