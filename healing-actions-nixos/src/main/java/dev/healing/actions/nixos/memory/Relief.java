package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.services.RestartPlan;
import dev.healing.actions.nixos.services.ServiceRestart;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.Severity;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What gives memory back now: found, shown and done, the mildest first.
 *
 * @param down use down to which to go
 * @param reclaim what can be swapped out; without shares if that is too little to count
 * @param leak whose service is restarted if that was not enough; empty if none is
 * @param noRestart why none is
 */
record Relief(
    HostContext host,
    LeakRestart leaks,
    double down,
    Reclaim reclaim,
    Optional<Leak> leak,
    String noRestart) {
  /** Of all memory. */
  private static final double MOST = 0.25;

  /** Long enough to see it coming, for a forecast that is asked every ten minutes. */
  private static final Duration RESTARTED_BEFORE = Duration.ofMinutes(30);

  private static final String AVAILABLE = "memory.available.bytes";

  /**
   * Looks for it. Changes nothing.
   *
   * @throws RefusedException if there is nothing
   */
  static Relief find(
      HostContext host,
      LeakRestart leaks,
      Issue issue,
      HostState state,
      MemAvailable memory,
      double down) {
    double wanted = memory.usedBytes() - down * memory.totalBytes();
    Reclaim reclaim = Reclaim.of(host, Math.min(wanted, MOST * memory.totalBytes()));
    if (reclaim.bytes() < memory.gainBytes()) {
      reclaim = new Reclaim(host, List.of());
    }
    Optional<Leak> leak = Optional.empty();
    String noRestart = "the issue is not serious enough to restart a service";
    boolean early = issue.type().equals(IssueType.PREDICTED_MEMORY_HIGH);
    if (early || issue.severity().compareTo(Severity.HIGH) >= 0) {
      try {
        Leak found = leaks.find(state, memory);
        if (early) {
          requireInTime(found.unit(), issue, state);
        }
        leak = Optional.of(found);
      } catch (RefusedException e) {
        noRestart = String.valueOf(e.getMessage());
      }
    }
    Checks.require(
        !reclaim.shares().isEmpty() || leak.isPresent(),
        "less than "
            + Checks.size(memory.gainBytes())
            + " can be swapped out of services that may be touched; and "
            + noRestart);
    return new Relief(host, leaks, down, reclaim, leak, noRestart);
  }

  /** Who is restarted before memory is short is without need if not for what comes soon. */
  private static void requireInTime(String unit, Issue issue, HostState state) {
    Checks.require(
        healedBefore(unit, state),
        unit
            + " leaks, but memory is not short yet, and no restart of it has healed that within the"
            + " last month");
    double soonest = issue.metrics().getOrDefault(Metric.FORECAST_LOWER, Double.POSITIVE_INFINITY);
    Checks.require(
        soonest <= RESTARTED_BEFORE.toSeconds(),
        unit
            + " leaks, and is restarted for it no sooner than "
            + RESTARTED_BEFORE.toMinutes()
            + " min before memory may be short: the sooner, the more often");
  }

  /** Whether memory was short before and it was enough to restart this service. */
  private static boolean healedBefore(String unit, HostState state) {
    return state.ownActions().stream()
        .filter(own -> own.action().equals(ActionId.FREE_MEMORY) && own.target().equals(unit))
        .anyMatch(own -> own.outcome().filter(o -> o == Outcome.HEALED).isPresent());
  }

  /**
   * Shows it.
   *
   * @param after steps of what is done when this is done
   */
  Preview preview(MemAvailable memory, List<String> after) {
    List<String> steps = new ArrayList<>(reclaim.steps());
    TreeMap<String, String> facts = new TreeMap<>(Map.of("boot-id", host.time().bootId()));
    facts.putAll(reclaim.facts());
    String touched = "memory";
    String lane = "memory";
    double bytes = reclaim.bytes();
    int items = reclaim.shares().size();
    Duration expected = Duration.ofSeconds(2);
    if (leak.isPresent()) {
      RestartPlan plan = leaks.plan(leak.get(), memory);
      if (!reclaim.shares().isEmpty()) {
        steps.add("only if then more than " + Math.round(down * 100) + " % is still in use:");
      }
      steps.addAll(plan.steps(host, leaks.keys()));
      facts.putAll(plan.facts(host));
      touched = plan.name();
      lane = "unit:" + plan.name();
      bytes += leak.get().toBytes();
      items += 1 + plan.others();
      expected = expected.plus(leaks.keys().staysUp());
    } else {
      steps.add("restart nothing: " + noRestart);
    }
    steps.addAll(after);
    return new Preview(
        touched,
        lane,
        steps,
        OptionalLong.of(items),
        OptionalLong.of((long) bytes),
        expected,
        facts);
  }

  /** Does it, if all is still as it was shown. */
  ActionReport run(Preview preview, Execution execution) {
    MemAvailable before = MemAvailable.read(host);
    Checks.require(before.usedFraction() > down, "memory is no longer short");
    Checks.require(
        preview.facts().entrySet().containsAll(reclaim.facts().entrySet()),
        "a service was stopped or restarted since the preview");
    leak.ifPresent(found -> leaks.plan(found, before).requireSame(host, preview.facts()));
    return free(preview, before, execution);
  }

  /** Swaps out, and restarts if that is not enough. */
  private ActionReport free(Preview preview, MemAvailable before, Execution execution) {
    boolean reclaims = !reclaim.shares().isEmpty();
    if (reclaims) {
      execution.progress("swaps out what is not used");
    }
    reclaim.run(execution);
    MemAvailable now = MemAvailable.read(host);
    if (leak.isEmpty() || execution.cancelled() || now.usedFraction() <= down) {
      return report(before, now, Optional.empty());
    }
    try {
      RestartPlan plan = leaks.plan(leak.get(), now);
      plan.requireSame(host, preview.facts());
      ActionReport restarted = new ServiceRestart(host, leaks.keys(), plan, execution).run();
      return report(before, MemAvailable.read(host), Optional.of(restarted));
    } catch (RefusedException e) {
      if (!reclaims) {
        throw e;
      }
      // What was done before is not undone by that: it is told as what it gave.
      execution.progress("not restarted: " + e.getMessage());
      return report(before, now, Optional.empty());
    }
  }

  private static ActionReport report(
      MemAvailable before, MemAvailable after, Optional<ActionReport> restarted) {
    double gained = after.availableBytes() - before.availableBytes();
    Map<String, Double> numbersBefore = new TreeMap<>();
    Map<String, Double> numbersAfter = new TreeMap<>();
    restarted.ifPresent(
        r -> {
          numbersBefore.putAll(r.before());
          numbersAfter.putAll(r.after());
        });
    numbersBefore.put(AVAILABLE, (double) before.availableBytes());
    numbersAfter.put(AVAILABLE, (double) after.availableBytes());
    Result measured = gained >= before.gainBytes() ? Result.DONE : Result.NOTHING_GAINED;
    String how =
        String.format(
            Locale.ROOT,
            "%s more memory is available%s",
            Checks.size(Math.max(0, gained)),
            measured == Result.DONE
                ? ""
                : ", less than the " + Checks.size(before.gainBytes()) + " that count as a gain");
    return ActionReport.of(
        restarted.map(ActionReport::result).filter(r -> r != Result.DONE).orElse(measured),
        restarted.map(r -> r.detail() + "; " + how).orElse(how),
        numbersBefore,
        numbersAfter);
  }
}
