package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.api.Globs;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whom to end: the process that stands out. Evidence is processor time over half a second for busy
 * processors; for memory it is what is resident and how fast that grows, and the kernel's own oom
 * score must not say otherwise. Who stands out uses at least twice as much as any other. Processors
 * that were seen to be busy over several looks are not so by who was just started. Nobody is chosen
 * where nobody stands out, nor for processors that nobody else waits for. Keys: {@code min-share}
 * (of memory, default 10%), {@code min-cpu} (of all processors, default 15%, and never less than
 * half of one), {@code avoid} and {@code prefer} (globs on the name: avoided ones are never chosen,
 * preferred ones come first and need not stand out).
 */
final class Victim {
  private static final double LEAST_CORES = 0.5;
  private static final double MARGIN = 2;
  private static final double AT_WORK = 0.01;

  private final HostContext host;
  private final double minShare;
  private final double minCpu;
  private final Spared spared;
  private final Globs prefer;

  Victim(HostContext host) {
    this.host = host;
    this.minShare = host.configuration().fraction("min-share", 0.10);
    // As much as is between where processors are busy and where they are no longer: 90% and 75%.
    this.minCpu = host.configuration().fraction("min-cpu", 0.15);
    this.spared = Spared.read(host);
    this.prefer = Globs.of(host.configuration().globs("prefer", List.of()));
  }

  /** Who was chosen, and why in words. */
  record Choice(ProcessUse first, String why) {}

  /** Chooses by what all processes use now; refuses if nobody stands out. */
  Choice choose(boolean memory) {
    double least =
        memory
            ? Math.max(1, minShare * MemAvailable.read(host).totalBytes())
            : Math.max(LEAST_CORES, minCpu * ProcessUse.processors(host));
    List<ProcessUse> all =
        ProcessUse.measure(
            host,
            window -> {
              host.workers().sleep(window);
              return true;
            });
    Predicate<ProcessUse> justStarted =
        memory ? use -> false : ProcessUse.justStarted(host).and(use -> !preferred(use));
    List<ProcessUse> others =
        all.stream()
            .filter(use -> spared.byItself(use.process()).isEmpty())
            .filter(justStarted.negate())
            .sorted(
                Comparator.comparing((ProcessUse use) -> !preferred(use))
                    .thenComparing(Comparator.comparingDouble(use -> -weight(memory, use))))
            .toList();
    // By whatever name its unit is protected: asked of few, since systemd answers.
    ProcessUse first =
        others.stream()
            .filter(use -> amount(memory, use) >= least)
            .filter(use -> objection(use.process()).isEmpty())
            .findFirst()
            .orElseThrow(() -> new RefusedException(nobody(memory, least)));
    // Beside all, also those that are spared: who uses less than they does not stand out.
    Optional<ProcessUse> next =
        all.stream()
            .filter(use -> use != first && use.process().state() != 'Z')
            .filter(justStarted.negate())
            .max(Comparator.comparingDouble(use -> weight(memory, use)));
    if (!preferred(first)) {
      next.ifPresent(use -> requireMargin(memory, first, use));
      others.stream()
          .filter(use -> memory && amount(true, use) >= least)
          .forEach(use -> requireKernelAgrees(first, use));
    }
    if (!memory) {
      Checks.refuseIf(needless(first, all.stream().filter(justStarted.negate()).toList()));
    }
    return new Choice(
        first,
        first.who()
            + " uses "
            + first.evidence(memory)
            + next.map(use -> "; next is " + use.who() + " with " + use.evidence(memory))
                .orElse(""));
  }

  /** Its own unit tells of itself too, so that counts only if others of it are at work. */
  private Optional<String> needless(ProcessUse first, List<ProcessUse> all) {
    return ProcessorWaits.needless(
        host.files(),
        first.who() + " uses " + first.evidence(false),
        all.stream()
            .filter(
                use ->
                    !use.process().unit().equals(first.process().unit())
                        || use != first && use.cores() >= AT_WORK)
            .map(use -> use.process().units())
            .toList());
  }

  /** How many there are; 0 if the kernel does not say. */
  private static String nobody(boolean memory, double least) {
    return memory
        ? "nobody stands out: no process that may be ended uses "
            + Checks.size(least)
            + " of memory or more"
        : "nobody stands out: no process that may be ended and was not just started uses "
            + String.format(Locale.ROOT, "%.2f cores or more", least);
  }

  private boolean preferred(ProcessUse use) {
    return prefer.test(use.process().name());
  }

  private static double amount(boolean memory, ProcessUse use) {
    return memory ? use.process().residentBytes() : use.cores();
  }

  private static double weight(boolean memory, ProcessUse use) {
    return memory ? use.memoryWeight() : use.cores();
  }

  private static void requireMargin(boolean memory, ProcessUse first, ProcessUse next) {
    Checks.require(
        weight(memory, first) >= MARGIN * weight(memory, next),
        "nobody stands out: "
            + first.who()
            + " uses "
            + first.evidence(memory)
            + ", and "
            + next.who()
            + " "
            + next.evidence(memory)
            + "; name in prefer what may be ended all the same");
  }

  private static void requireKernelAgrees(ProcessUse first, ProcessUse other) {
    int own = first.process().oomScore().orElse(Integer.MAX_VALUE);
    Checks.require(
        other.process().oomScore().orElse(0) <= own,
        "nobody stands out: "
            + first.who()
            + " uses the most memory, but the kernel would sooner end "
            + other.who()
            + " (oom score "
            + other.process().oomScore().orElse(0)
            + " against "
            + own
            + "); name in prefer what may be ended all the same");
  }

  /** Why it must not be ended; empty if it may be. */
  Optional<String> objection(ProcessState process) {
    return spared.objection(process);
  }
}
