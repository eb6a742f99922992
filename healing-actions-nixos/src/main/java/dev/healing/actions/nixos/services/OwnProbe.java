package dev.healing.actions.nixos.services;

import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.HostContext;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A probe says that something does not work: a detector that the configuration defines. It is asked
 * on a thread of its own, and no look waits for it: each tells what the last answer was, as of when
 * it was asked for. It lives beside the actions since {@link RestartService} rests on the same
 * probes.
 *
 * <p>Raised when n of the last m answers are bad, over with the first that is good. A question that
 * cannot be asked is no answer: then nothing is known. Nor is anything, where actions are called
 * for, by a probe that has never been satisfied.
 */
public final class OwnProbe implements Detector {
  /** After which a question that should long be over is said to be stuck, as in a name service. */
  private static final Duration STUCK = Probe.LIMIT.plusSeconds(3);

  /** What came of asking: a complaint or none, or why it could not be asked. */
  private record Answer(long askedNanos, Optional<String> complaint, Optional<String> unasked) {}

  private final HostContext host;
  private final OwnProbeKeys keys;
  private final EverSatisfied everSatisfied;
  private final AtomicReference<@Nullable Answer> came = new AtomicReference<>();
  private final Deque<Boolean> window = new ArrayDeque<>();
  private Workers.@Nullable Task asking;
  private long askedNanos;
  private boolean raised;
  private boolean told;
  private @Nullable Answer last;

  private OwnProbe(HostContext host, OwnProbeKeys keys) {
    this.host = host;
    this.keys = keys;
    this.everSatisfied = new EverSatisfied(host.state(), keys.probe(), keys.component());
  }

  /** Makes one of each section that has a {@code probe}. Keys: {@link OwnProbeKeys}. */
  public static final class Kind implements DetectorKind {
    @Override
    public String key() {
      return OwnProbeKeys.PROBE;
    }

    @Override
    public Detector create(String name, HostContext context, Optional<Set<Metric>> measured) {
      return new OwnProbe(context, OwnProbeKeys.read(name, context.configuration()));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(keys.type());
  }

  @Override
  public Detection detect(HostState state) {
    Answer answer = came.getAndSet(null);
    if (answer != null) {
      last = answer;
      if (answer.unasked().isEmpty()) {
        count(answer.complaint().isPresent());
      }
    }
    ask();
    Optional<String> unknown = stuck().or(() -> last == null ? Optional.empty() : last.unasked());
    if (unknown.isPresent()) {
      return unreadable(unknown.orElseThrow());
    }
    if (last != null && raised && keys.callsForActions() && !everSatisfied.is()) {
      return unreadable(neverSatisfied(last));
    }
    if (last != null && raised) {
      return Detection.of(List.of(issue(last, state.at().minus(age(last)))));
    }
    return told && last != null
        ? Detection.nothingSince(age(last))
        : unreadable("too early to tell: " + window.size() + " of " + keys.of().m() + " answers");
  }

  private String neverSatisfied(Answer answer) {
    return "'"
        + answer.complaint().orElse("not healthy")
        + "' is all that it has answered since it was written: either "
        + keys.component()
        + " is not well, or the probe is wrong; see which, it is believed once it has been satisfied";
  }

  private Detection unreadable(String why) {
    return new Detection(List.of(), List.of(new Unreadable(keys.component(), why)));
  }

  private void count(boolean bad) {
    window.addLast(bad);
    if (window.size() > keys.of().m()) {
      window.removeFirst();
    }
    if (raised && !bad) {
      window.clear();
      raised = false;
    }
    raised |= failed() >= keys.of().n();
    told |= raised || !bad || window.size() == keys.of().m();
  }

  private long failed() {
    return window.stream().filter(bad -> bad).count();
  }

  /** Asks, if it is time and nobody is still being asked. */
  private void ask() {
    long now = host.time().monotonicNanos();
    if (asking == null || asking.done() && now - askedNanos >= keys.every().toNanos()) {
      askedNanos = now;
      asking = host.workers().start("probe " + keys.name(), () -> came.set(answer(now)));
    }
  }

  private Optional<String> stuck() {
    Duration since = Duration.ofNanos(host.time().monotonicNanos() - askedNanos);
    return asking != null && !asking.done() && since.compareTo(STUCK) >= 0
        ? Optional.of(keys.probe() + " has not come back for " + since.toSeconds() + " s")
        : Optional.empty();
  }

  private Duration age(Answer answer) {
    return Duration.ofNanos(host.time().monotonicNanos() - answer.askedNanos());
  }

  private Answer answer(long at) {
    try {
      Optional<String> complaint = keys.probe().complaint(host);
      if (complaint.isEmpty()) {
        everSatisfied.now();
      }
      return new Answer(at, complaint, Optional.empty());
    } catch (HostException e) {
      return new Answer(at, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private Issue issue(Answer answer, Instant askedAt) {
    String text =
        (keys.description().isEmpty() ? keys.component() : keys.description())
            + ": "
            + answer.complaint().orElse("not healthy")
            + " ("
            + failed()
            + " of the last "
            + window.size()
            + " times)";
    Metric failed = Metric.of("probe.failed.count", keys.name());
    return Issue.of(
        askedAt,
        keys.type(),
        keys.severity(),
        text,
        Map.of(failed.toString(), (double) failed()),
        List.of(keys.component()));
  }
}
