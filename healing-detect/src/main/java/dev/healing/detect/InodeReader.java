package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Inodes, which Java cannot ask for: one {@code stat} for all file systems, which is pressing where
 * half of them are in use. If it fails there are no samples.
 */
final class InodeReader {
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
  private static final double SCARCE_FRACTION = 0.5;

  private final HostContext context;
  private final Background<Map<String, Double>> usedFractions;

  InodeReader(HostContext context) {
    this.context = context;
    this.usedFractions =
        new Background<>(context, "inodes", EVERY, InodeReader::scarce, TIME_LIMIT);
  }

  private static boolean scarce(Map<String, Double> usedFractions) {
    return usedFractions.values().stream().anyMatch(used -> used >= SCARCE_FRACTION);
  }

  void sample(Gathered gathered, List<String> places) {
    if (places.isEmpty()) {
      return;
    }
    usedFractions
        .look(() -> ask(places))
        .ifPresent(
            told -> {
              for (String place : places) {
                Double used = told.what().get(place);
                if (used != null) {
                  gathered.inodes(Metric.of(Metric.FILESYSTEM_INODES_USED, place), used, told.at());
                }
              }
            });
  }

  private Map<String, Double> ask(List<String> places) {
    try {
      Command stat = Command.of(TIME_LIMIT, "stat", "-f", "-c", "%c %d %n").operands(places);
      // One that it cannot read is a line less, and an exit code: the other lines are right.
      return parse(context.commands().run(stat).stdout());
    } catch (HealingException e) {
      return Map.of(); // no stat on this host: no samples, which is what absent means
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
