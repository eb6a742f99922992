package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Inodes, which Java cannot ask for: one {@code stat} for all file systems, now and then and in the
 * background, since they change slowly. Where half of them are in use it may be that something is
 * reported and done about it: then it is asked at every look, and what is told is of that look. If
 * it fails there are no samples.
 */
final class InodeReader {
  private static final long ASK_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long FRESH_NANOS = Duration.ofMinutes(3).toNanos();
  private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
  private static final double SCARCE_FRACTION = 0.5;

  private record Answer(Map<String, Double> usedFractions, long nanos, Instant at) {
    boolean scarce() {
      return usedFractions.values().stream().anyMatch(used -> used >= SCARCE_FRACTION);
    }
  }

  private final HostContext context;
  private volatile Answer answer;
  private volatile boolean asking;
  private boolean asked;
  private long askedAt;

  InodeReader(HostContext context) {
    this.context = context;
    this.answer = new Answer(Map.of(), 0, Instant.EPOCH);
  }

  void sample(Look look, List<String> places) {
    if (answer.scarce() && !asking && !places.isEmpty()) {
      begin();
      ask(places);
    }
    long now = context.time().monotonicNanos();
    Answer last = answer;
    if (now - last.nanos() < FRESH_NANOS) {
      for (String place : places) {
        Double used = last.usedFractions().get(place);
        if (used != null) {
          look.inodes(Metric.of(Metric.FILESYSTEM_INODES_USED, place), used, last.at());
        }
      }
    }
    if (!places.isEmpty() && !asking && (!asked || now - askedAt >= ASK_NANOS)) {
      begin();
      context.workers().start("inodes", () -> ask(places));
    }
  }

  private void begin() {
    asked = true;
    askedAt = context.time().monotonicNanos();
    asking = true;
  }

  private void ask(List<String> places) {
    try {
      Command stat = Command.of(TIME_LIMIT, "stat", "-f", "-c", "%c %d %n").operands(places);
      // One that it cannot read is a line less, and an exit code: the other lines are right.
      String output = context.commands().run(stat).stdout();
      answer = new Answer(parse(output), context.time().monotonicNanos(), context.time().now());
    } catch (HealingException e) {
      // No stat on this host: no samples, which is what absent means.
      answer = new Answer(Map.of(), 0, Instant.EPOCH);
    } finally {
      asking = false;
    }
  }

  /** Lines of total, free and name; file systems without a fixed number of inodes say 0. */
  static Map<String, Double> parse(String output) {
    Map<String, Double> usedFractions = new HashMap<>();
    for (String line : output.split("\n")) {
      String[] fields = line.split(" ", 3);
      if (fields.length == 3 && fields[2].startsWith("/")) {
        OptionalDouble used =
            Numbers.usedFraction(Numbers.whole(fields[0]), Numbers.whole(fields[1]));
        used.ifPresent(fraction -> usedFractions.put(fields[2], fraction));
      }
    }
    return Map.copyOf(usedFractions);
  }
}
