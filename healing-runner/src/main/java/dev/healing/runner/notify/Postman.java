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
 * #json}.
 */
final class Postman {
  private static final System.Logger LOG = System.getLogger(Postman.class.getName());
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(10);
  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(15);
  private static final Duration GIVEN_UP_AFTER = Duration.ofHours(24);

  private final Receiver receiver;
  private final Channel channel;
  private final Outbox outbox;
  private final String host;
  private final TimeSource time;
  private final ZoneId zone;
  private int failures;
  private long notBeforeNanos;
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

  /** Tells what is due, if anything is. Says whether it tried. */
  boolean tell() {
    List<Note> due = due();
    if (due.isEmpty()) {
      return false;
    }
    boolean urgent = due.stream().anyMatch(receiver::urgent);
    Letter letter = new Letter(host, due, outbox.lost(receiver.name()), urgent);
    outbox.tries(receiver.name(), time.now());
    try {
      channel.send(receiver, letter);
      outbox.told(receiver.name(), due);
      told();
    } catch (NotSent e) {
      failed(e.why(), due);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      failed("it failed unexpectedly (" + e.getClass().getSimpleName() + ")", due);
    }
    return true;
  }

  private List<Note> due() {
    long now = time.monotonicNanos();
    Instant wall = time.now();
    if (now < notBeforeNanos
        || outbox.triedWithinAnHour(receiver.name(), wall) >= receiver.perHour()) {
      return List.of();
    }
    List<Note> waiting = outbox.of(receiver.name());
    boolean urgent = waiting.stream().anyMatch(receiver::urgent);
    if (receiver.quiet().filter(q -> q.at(LocalTime.ofInstant(wall, zone))).isPresent()) {
      return waiting.stream().filter(receiver::urgent).toList();
    }
    boolean grouped = waiting.stream().anyMatch(note -> waitedFor(note, wall));
    return urgent || grouped ? waiting : List.of();
  }

  /** Also if the clock was set back meanwhile. */
  private boolean waitedFor(Note note, Instant now) {
    Duration age = Duration.between(note.at(), now);
    return age.isNegative() || age.compareTo(receiver.group()) >= 0;
  }

  private synchronized void told() {
    sent++;
    if (failures > 0) {
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
