package dev.healing.detect;

import dev.healing.spi.Systemd;
import dev.healing.spi.Systemd.Job;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The jobs that systemd has at one moment, and which of them wait for which others: by the order of
 * their units, in which whatever stops comes first (systemd.unit(5), {@code Before=}). Asked once
 * for each job that matters.
 */
final class JobQueue {
  private static final Set<String> STOPS = Set.of("stop", "restart");

  /** So many are asked about at most: each takes systemd a millisecond. */
  private static final int MOST_ASKED = 100;

  private final Systemd systemd;
  private final List<Job> jobs;
  private final Map<Job, List<Job>> waitFor = new HashMap<>();
  private final Map<String, Boolean> oneshots = new HashMap<>();

  JobQueue(Systemd systemd, List<Job> jobs) {
    this.systemd = systemd;
    this.jobs = List.copyOf(jobs);
  }

  List<Job> jobs() {
    return jobs;
  }

  /** The jobs that this one, which does not run yet, waits for directly, as far as is known. */
  List<Job> waitsFor(Job job) {
    if (job.running() || !waitFor.containsKey(job) && waitFor.size() >= MOST_ASKED) {
      return List.of();
    }
    return waitFor.computeIfAbsent(job, this::earlier);
  }

  private List<Job> earlier(Job job) {
    Set<String> before = systemd.related(job.unit(), Set.of("After"));
    Set<String> after = systemd.related(job.unit(), Set.of("Before"));
    return jobs.stream()
        .filter(
            other ->
                !STOPS.contains(job.type()) && before.contains(other.unit())
                    || STOPS.contains(other.type()) && after.contains(other.unit()))
        .toList();
  }

  /** Whether it waits, however indirectly, for a job that runs, or that may be. */
  boolean waitsForWork(Job job) {
    Set<Long> seen = new TreeSet<>();
    Deque<Job> next = new ArrayDeque<>(waitsFor(job));
    while (!next.isEmpty()) {
      Job one = next.pop();
      if (one.running()) {
        return true;
      }
      if (seen.add(one.number())) {
        next.addAll(waitsFor(one));
      }
    }
    return waitFor.size() >= MOST_ASKED;
  }

  /** The units of those of these jobs that wait for this one directly. */
  Set<String> waiting(Job job, List<Job> among) {
    return among.stream()
        .filter(other -> waitsFor(other).contains(job))
        .map(Job::unit)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether it is work that is over when it is done, and not the start of something. */
  boolean oneshot(Job job) {
    return job.unit().endsWith(".service")
        && oneshots.computeIfAbsent(
            job.unit(),
            unit -> systemd.unit(unit).filter(u -> u.type().equals("oneshot")).isPresent());
  }
}
