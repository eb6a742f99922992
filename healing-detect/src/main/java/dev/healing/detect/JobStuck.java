package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd.Job;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * systemd does not get on with starting or stopping a unit. Asked for once a minute, and at every
 * look while there is one. Keys: {@code after} (10m), counted from when it was first seen; {@code
 * oneshot-after} (6h), for services of type oneshot, which may work as long as they need, and so
 * only count when others wait for them; {@code ignore}, names of units with {@code *} and {@code
 * ?}. Of jobs that wait for each other it is the one that runs that is told.
 */
public final class JobStuck implements Detector {
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** So many are looked into, the oldest: each has to be asked about. */
  private static final int MOST = 50;

  private static final int MOST_NAMED = 5;

  private final HostContext context;
  private final Duration after;
  private final Duration oneshotAfter;
  private final Globs ignored;
  private final Lasting<Long> lasting;
  private final Memory memory;
  private final Seldom<List<Job>> asked;
  private JobQueue queue;

  private JobStuck(HostContext context, Duration after, Duration oneshotAfter, Globs ignored) {
    this.context = context;
    this.after = after;
    this.oneshotAfter = oneshotAfter;
    this.ignored = ignored;
    this.memory = context.memory(Memory.class, () -> new Memory(context.time()));
    this.lasting = memory.lasting;
    this.asked =
        new Seldom<>(
            context.time(),
            EVERY,
            jobs -> !memory.suspected.isEmpty(),
            () -> context.systemd().jobs());
    this.queue = new JobQueue(context.systemd(), List.of());
  }

  /** How long which jobs last already, and of which units that was told, or may be next. */
  private static final class Memory {
    final Lasting<Long> lasting;
    volatile Set<String> suspected = Set.of();
    volatile Set<String> reported = Set.of();

    Memory(TimeSource time) {
      lasting = new Lasting<>(time);
    }
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "job_stuck";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new JobStuck(
          context,
          section.duration("after", Duration.ofMinutes(10)),
          section.duration("oneshot-after", Duration.ofHours(6)),
          Globs.of(section.globs("ignore", List.of()).stream().map(UnitState::fullName).toList()));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.JOB_STUCK);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(HostSampler.SYSTEMD)) {
      return unknown(Evidence.why(state, HostSampler.SYSTEMD, HostSampler.SYSTEMD).why());
    }
    if (!context.systemd().availability().available()) {
      return Detection.NOTHING;
    }
    try {
      List<Job> jobs = asked.look();
      if (!jobs.equals(queue.jobs())) {
        queue = new JobQueue(context.systemd().asOfNow(), jobs);
      }
      lasting.retain(jobs.stream().map(Job::number).collect(Collectors.toSet()));
      List<Issue> found = stuck(state);
      // What was listed a minute ago may be over: whoever is suspected first is asked for anew.
      List<Issue> told =
          found.stream().filter(i -> memory.suspected.containsAll(i.components())).toList();
      memory.suspected = units(found);
      memory.reported = units(told);
      return Detection.of(told);
    } catch (HealingException e) {
      return unknown(String.valueOf(e.getMessage()));
    }
  }

  private static Set<String> units(List<Issue> issues) {
    return issues.stream().flatMap(i -> i.components().stream()).collect(Collectors.toSet());
  }

  private Detection unknown(String why) {
    return new Detection(
        List.of(), memory.reported.stream().map(unit -> new Unreadable(unit, why)).toList());
  }

  private List<Issue> stuck(HostState state) {
    List<Issue> issues = new ArrayList<>();
    List<Job> old =
        queue.jobs().stream()
            .filter(job -> lasting.lasts(job.number()).compareTo(after) >= 0)
            .limit(MOST)
            .toList();
    for (Job job : old) {
      if (!ignored.test(job.unit())
          && (job.running() ? !works(job, old) : !queue.waitsForWork(job))) {
        issues.add(issue(state, job, old));
      }
    }
    return issues;
  }

  /** Nobody knows how long a oneshot needs, and if nobody waits for it nobody has to. */
  private boolean works(Job job, List<Job> old) {
    return queue.oneshot(job)
        && (lasting.lasts(job.number()).compareTo(oneshotAfter) < 0
            || queue.waiting(job, old).isEmpty());
  }

  private Issue issue(HostState state, Job job, List<Job> old) {
    boolean oneshot = job.running() && queue.oneshot(job);
    String text =
        String.format(
            "the %s of %s %s for %s or longer%s (systemctl list-jobs --after tells all)",
            job.type(),
            job.unit(),
            job.running() ? "has been under way" : "waits",
            Texts.duration(oneshot ? oneshotAfter : after),
            job.running()
                ? named("; waiting for it: ", queue.waiting(job, old))
                : named(", for ", queue.waitsFor(job).stream().map(Job::unit).toList()));
    return Issue.of(
        state.at(),
        IssueType.JOB_STUCK,
        oneshot ? Severity.LOW : Severity.MEDIUM,
        text,
        Map.of("job.seconds", lasting.lasts(job.number()).toMillis() / 1e3),
        List.of(job.unit()));
  }

  private static String named(String before, Collection<String> units) {
    if (units.isEmpty()) {
      return "";
    }
    String names = units.stream().sorted().limit(MOST_NAMED).collect(Collectors.joining(", "));
    int more = units.size() - MOST_NAMED;
    return before + names + (more > 0 ? " and " + more + " more" : "");
  }
}
