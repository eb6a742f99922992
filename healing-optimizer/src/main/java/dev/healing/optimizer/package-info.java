/**
 * What is worth doing before it is an issue.
 *
 * <p>A {@code Finder} for each kind of opportunity (of those that are advice there are several). It
 * reports what it found with an issue of a type that its remedy treats, for example {@code
 * disk_full}, about the same component: an action refuses any other. What it should bring is among
 * the numbers of that issue, which tells it from a problem: what comes of it is learned here, and
 * is nothing that the knowledge base is told. The finder also looks again after the remedy, with
 * its own lower threshold.
 *
 * <p>Nothing is done here. The optimizer asks the {@link dev.healing.spi.Healer}, and with it all
 * guards, the journal and the validation; that goes for opportunities that a person chose, too.
 *
 * <p>A benefit is the change of one number that is measured. {@code Appraisal} has it estimated by
 * the action that would do it, or by what came of it before; {@code Experience} remembers what
 * came; {@code Timing} says when, with the {@code BusyByHour} that were learned and the {@code
 * Windows} that are configured.
 */
package dev.healing.optimizer;
