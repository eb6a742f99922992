package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who takes the memory, held on to from when it was chosen: is asked to end, and killed if that
 * takes too long.
 *
 * @param members all of them, those that grow fastest first
 * @param floor of memory: nobody waits any longer when half of it is left
 * @param patience between asking and killing at most
 */
record HeldHog(HostContext host, List<Member> members, double floor, Duration patience)
    implements AutoCloseable {
  static final Duration POLL = Duration.ofMillis(10);

  /** To give back so much takes its time. */
  static final Duration AFTER_KILL = Duration.ofSeconds(20);

  /** One of them, as it was chosen. */
  private record Member(ProcessUse use, Held held) {
    /** Whether it is still the same. */
    boolean same() {
      return held.now().filter(now -> now.state() != 'Z').filter(use.process()::same).isPresent();
    }

    double resident() {
      return use.process().residentBytes();
    }
  }

  /**
   * Takes hold of those that are still there.
   *
   * @throws dev.healing.api.RefusedException if none is
   */
  static HeldHog of(HostContext host, List<ProcessUse> uses, double floor, Duration patience) {
    List<Member> members = new ArrayList<>();
    for (ProcessUse use : uses) {
      host.processes()
          .hold(use.process().ref())
          .map(held -> new Member(use, held))
          .filter(Member::same)
          .ifPresent(members::add);
    }
    Checks.require(!members.isEmpty(), "it ended by itself");
    return new HeldHog(host, members, floor, patience);
  }

  /** As they were when they were chosen. */
  List<ProcessState> processes() {
    return members.stream().map(member -> member.use().process()).toList();
  }

  /** Those that are still there and the same; they are let go of with all. */
  HeldHog still() {
    return new HeldHog(host, members.stream().filter(Member::same).toList(), floor, patience);
  }

  /** Who grows fastest, for a person. */
  String first() {
    return members.get(0).use().who();
  }

  /** All, for a person. */
  String all() {
    return String.join(", ", members.stream().map(member -> member.use().who()).toList());
  }

  double residentNow() {
    return members.stream()
        .flatMap(member -> member.held().now().stream())
        .mapToDouble(ProcessState::residentBytes)
        .sum();
  }

  /** What {@link #end} does, one line each. */
  List<String> steps() {
    List<String> steps = new ArrayList<>();
    for (Member member : members) {
      steps.add(
          "ask "
              + member.use().who()
              + " to end (SIGTERM)"
              + Belonging.whole(host, member.use().process())
                  .map(unit -> ", and leave it at that, since it is part of " + unit)
                  .orElse(
                      ", and kill it (SIGKILL) when less than "
                          + Checks.size(floor / 2)
                          + " is available or after "
                          + patience.toSeconds()
                          + " s"));
    }
    return steps;
  }

  /** Asks them to end, and kills those that do not and are part of nothing. */
  ActionReport end(Execution execution) {
    double before = available();
    double resident = members.stream().mapToDouble(Member::resident).sum();
    List<Held> there = host.processes().terminate(members.stream().map(Member::held).toList());
    List<Member> asked = members.stream().filter(m -> there.contains(m.held())).toList();
    if (asked.isEmpty()) {
      return ActionReport.refused(all() + " ended by itself");
    }
    execution.progress("asked to end: " + all());
    long until = host.time().monotonicNanos() + patience.toNanos();
    while (alive(asked) && available() > floor / 2 && host.time().monotonicNanos() < until) {
      if (!execution.pause(POLL)) {
        return ActionReport.failed(all() + ": asked to end; stopped before killing");
      }
    }
    List<Member> stubborn =
        asked.stream()
            .filter(m -> m.held().alive() && Belonging.whole(host, m.use().process()).isEmpty())
            .toList();
    host.processes().kill(stubborn.stream().map(Member::held).toList());
    Duration more = stubborn.isEmpty() ? Duration.ZERO : AFTER_KILL;
    long end = host.time().monotonicNanos() + more.toNanos();
    while (alive(asked) && host.time().monotonicNanos() < end && execution.pause(POLL)) {
      // What is large takes its time to go.
    }
    double left = asked.stream().filter(m -> m.held().alive()).mapToDouble(Member::resident).sum();
    boolean gone = !alive(asked);
    String how =
        stubborn.isEmpty() ? "asked to end" : "asked to end, and " + stubborn.size() + " killed";
    return ActionReport.of(
        gone ? Result.DONE : Result.FAILED,
        all() + ": " + how + (gone ? ", and gone" : ", and still there"),
        Map.of("memory.available.bytes", before, "resident.bytes", resident),
        Map.of("memory.available.bytes", available(), "resident.bytes", left));
  }

  private double available() {
    return MemAvailable.read(host).availableBytes();
  }

  private static boolean alive(List<Member> members) {
    return members.stream().anyMatch(member -> member.held().alive());
  }

  /** Lets go of all. */
  @Override
  public void close() {
    members.forEach(member -> member.held().close());
  }
}
