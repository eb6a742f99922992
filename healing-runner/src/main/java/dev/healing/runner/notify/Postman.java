package dev.healing.runner.notify;

import dev.healing.core.json.JsonText;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decides when one receiver is told what waits for it, and tells it. For one thread, but for {@link
 * #serve} and {@link #json}.
 */
final class Postman {
  private static final System.Logger LOG = System.getLogger(Postman.class.getName());
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(10);
  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(15);
  private static final Duration GIVEN_UP_AFTER = Duration.ofHours(24);

  private volatile Receiver receiver;
  private final Channel channel;
  private final Outbox outbox;
  private volatile String host;
  private final TimeSource time;
  private final ZoneId zone;
  private int failures;
  private volatile long notBeforeNanos;
  private long sent;
  private long dropped;
  private Optional<String> problem = Optional.empty();

  Postman(
      Receiver receiver,
      Channel channel,
      Outbox outbox,
      String host,
      TimeSource time,
      ZoneId zone) {
    this.receiver = receiver;
    this.channel = channel;
    this.outbox = outbox;
    this.host = host;
    this.time = time;
    this.zone = zone;
    this.notBeforeNanos = time.monotonicNanos();
  }

  Receiver receiver() {
    return receiver;
  }

  /**
   * Goes on with what another configuration says of the same one, who may be told meanwhile. What
   * was wrong may have been mended with it: it is tried again at once.
   *
   * @param name of this host
   */
  synchronized void serve(Receiver changed, String name) {
    receiver = changed;
    host = name;
    failures = 0;
    notBeforeNanos = time.monotonicNanos();
  }

  /** Tells what is due, if anything is. Says whether it tried. */
  boolean tell() {
    Receiver to = receiver;
    List<Note> due = due(to);
    if (due.isEmpty()) {
      return false;
    }
    boolean urgent = due.stream().anyMatch(to::urgent);
    Letter letter = new Letter(host, due, outbox.lost(to.name()), urgent);
    outbox.tries(to.name(), time.now());
    try {
      channel.send(to, letter);
      outbox.told(to.name(), due);
      told();
    } catch (NotSent e) {
      failed(e.why(), due);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      failed("it failed unexpectedly (" + e.getClass().getSimpleName() + ")", due);
    }
    return true;
  }

  private List<Note> due(Receiver to) {
    long now = time.monotonicNanos();
    Instant wall = time.now();
    if (now < notBeforeNanos || outbox.triedWithinAnHour(to.name(), wall) >= to.perHour()) {
      return List.of();
    }
    List<Note> waiting = outbox.of(to.name());
    boolean urgent = waiting.stream().anyMatch(to::urgent);
    if (to.quiet().filter(q -> q.at(LocalTime.ofInstant(wall, zone))).isPresent()) {
      return waiting.stream().filter(to::urgent).toList();
    }
    boolean grouped = waiting.stream().anyMatch(note -> waitedFor(to, note, wall));
    return urgent || grouped ? waiting : List.of();
  }

  /** Also if the clock was set back meanwhile. */
  private static boolean waitedFor(Receiver to, Note note, Instant now) {
    Duration age = Duration.between(note.at(), now);
    return age.isNegative() || age.compareTo(to.group()) >= 0;
  }

  private synchronized void told() {
    sent++;
    if (problem.isPresent()) {
      LOG.log(System.Logger.Level.WARNING, "notify: {0} was told again", receiver.name());
    }
    failures = 0;
    problem = Optional.empty();
  }

  private synchronized void failed(String why, List<Note> notes) {
    Duration wait = FIRST_BACK_OFF.multipliedBy(1L << Math.min(failures, 20));
    wait = wait.compareTo(LONGEST_BACK_OFF) < 0 ? wait : LONGEST_BACK_OFF;
    notBeforeNanos = time.monotonicNanos() + wait.toNanos();
    failures++;
    if (!problem.equals(Optional.of(why))) {
      problem = Optional.of(why);
      LOG.log(
          System.Logger.Level.WARNING,
          "notify: {0} could not be told, and will be tried again: {1}",
          receiver.name(),
          why);
    }
    Instant oldest = time.now().minus(GIVEN_UP_AFTER);
    List<Note> old = notes.stream().filter(note -> note.at().isBefore(oldest)).toList();
    if (!old.isEmpty()) {
      outbox.drop(old);
      dropped(old.size(), "it could not be told for a day");
    }
  }

  synchronized void dropped(int count, String why) {
    dropped += count;
    LOG.log(
        System.Logger.Level.WARNING,
        "notify: {0} of {1} were dropped since the start, the last because {2}",
        String.valueOf(dropped),
        receiver.name(),
        why);
  }

  /** {@code {receiver, form, waiting, sent, dropped, problem}}. */
  synchronized ObjectNode json() {
    return JsonText.object()
        .put("receiver", receiver.name())
        .put("form", receiver.form().name())
        .put("waiting", outbox.of(receiver.name()).size())
        .put("sent", sent)
        .put("dropped", dropped)
        .put("problem", problem.orElse(null));
  }
}
