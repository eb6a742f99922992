/**
 * What is worth doing before it is an issue.
 *
 * <p>One {@code Finder} for each kind of opportunity: memory, disk, generations, store. A finder
 * reports what it found as an opportunity with an issue of the built-in type that its remedy
 * treats, for example {@code disk_full}, about the same component: an action refuses any other. So
 * what is learned of a remedy here is known when the problem is there, and the other way round. The
 * finder also looks again after the remedy, with its own lower threshold, so that an opportunity
 * which is still there was not taken, whatever the action said.
 *
 * <p>Nothing is done here. The optimizer asks the {@link dev.healing.spi.Healer}, and with it all
 * guards, the journal and the validation; that goes for opportunities that a person chose, too.
 *
 * <p>A benefit is told with numbers that were read. Where the gain cannot be known beforehand, the
 * text says so, and the confidence is lower.
 */
package dev.healing.optimizer;
