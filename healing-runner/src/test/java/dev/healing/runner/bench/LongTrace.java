package dev.healing.runner.bench;

import dev.healing.api.Sample;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceHeader;
import dev.healing.core.trace.TraceReader;
import dev.healing.core.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A trace of many days from a short one: TRACE NEW LOOKS. It is repeated, a look a second, and what
 * changes is varied by a thousandth, so that nothing is ever the same again.
 */
final class LongTrace {
  private static final double NOISE = 0.001;

  private LongTrace() {}

  public static void main(String[] args) throws IOException {
    List<RecordedLook> looks = new ArrayList<>();
    TraceHeader header;
    try (TraceReader reader = new TraceReader(Files.newInputStream(Path.of(args[0])))) {
      header = reader.header();
      for (Optional<RecordedLook> look = reader.next(); look.isPresent(); look = reader.next()) {
        looks.add(look.get());
      }
    }
    int wanted = Integer.parseInt(args[2]);
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Double> last = new HashMap<>();
    try (TraceWriter writer = new TraceWriter(Files.newOutputStream(Path.of(args[1])), header)) {
      for (int i = 0; i < wanted; i++) {
        RecordedLook look = looks.get(i % looks.size());
        Instant at = looks.get(0).at().plusSeconds(i);
        List<Sample> samples = new ArrayList<>();
        for (Sample sample : look.samples()) {
          Double before = last.put(sample.metric().toString(), sample.value());
          boolean changed = before == null || before != sample.value();
          double value = sample.value() * (changed ? 1 + NOISE * (random.nextDouble() - 0.5) : 1);
          Duration age = Duration.between(sample.at(), look.at());
          samples.add(new Sample(sample.metric(), value, at.minus(age)));
        }
        writer.add(
            new RecordedLook(
                at,
                looks.get(0).startedNanos() + Duration.ofSeconds(i).toNanos(),
                List.of(),
                samples,
                look.units(),
                look.unreadable(),
                look.faults()));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "trace: %,d looks of %d samples, %,d bytes%n",
        wanted,
        looks.get(0).samples().size(),
        Files.size(Path.of(args[1])));
  }
}
