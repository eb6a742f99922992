package dev.healing.runner.bench;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceHeader;
import dev.healing.core.trace.TraceReader;
import dev.healing.core.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * A trace of many days from a short one: TRACE NEW LOOKS. It is repeated, and what changes is
 * varied by a thousandth, so that nothing is ever the same again.
 */
final class LongTrace {
  private static final double NOISE = 0.001;
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What is counted or switched stays as it is. */
  private static final Pattern MEASURED = Pattern.compile("fraction|bytes|per_second|per_cpu");

  private static final SplittableRandom RANDOM = new SplittableRandom(1);
  private static final Map<Metric, Sample> BEFORE = new HashMap<>();

  private LongTrace() {}

  /** What is counted is told as of when it came to that, however often the trace is repeated. */
  private static Sample next(Sample recorded, Duration later) {
    Metric metric = recorded.metric();
    Sample before = BEFORE.get(metric);
    boolean measured = MEASURED.matcher(metric.name()).find();
    if (!measured && before != null && before.value() == recorded.value()) {
      return before;
    }
    double noise = measured ? 1 + NOISE * (RANDOM.nextDouble() - 0.5) : 1;
    Sample next = new Sample(metric, recorded.value() * noise, recorded.at().plus(later));
    BEFORE.put(metric, next);
    return next;
  }

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
    Duration length =
        Duration.between(looks.get(0).at(), looks.get(looks.size() - 1).at()).plus(SECOND);
    try (TraceWriter writer = new TraceWriter(Files.newOutputStream(Path.of(args[1])), header)) {
      for (int i = 0; i < wanted; i++) {
        RecordedLook look = looks.get(i % looks.size());
        Duration later = length.multipliedBy(i / looks.size());
        List<Sample> samples = new ArrayList<>();
        for (Sample sample : look.samples()) {
          samples.add(next(sample, later));
        }
        writer.add(
            new RecordedLook(
                look.at().plus(later),
                look.startedNanos() + later.toNanos(),
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
