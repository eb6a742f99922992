package dev.healing.runner.series;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.trace.RecordedLook;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Series of {@code timestamp,value} rows as the looks of a trace: one for each timestamp of any of
 * them, in which the others are as they were last. A host that is known by its files alone is taken
 * to be well otherwise: its health is 100, unless a file has it.
 */
public final class CsvTrace implements AutoCloseable {
  /** Rounded or measured at another moment, a fraction may be a little above 1. */
  public static final double MOST_FRACTION = 2;

  private static final double WELL = 100;

  /** A file on its way. */
  private static final class Source {
    private final Metric metric;
    private final Path file;
    private final SeriesReader reader;
    private @Nullable Row head;

    private Source(Metric metric, Path file) {
      this.metric = metric;
      this.file = file;
      reader = new SeriesReader(file);
    }

    private void advance() {
      Row before = head;
      head = reader.next().orElse(null);
      if (head != null
          && metric.name().endsWith(".fraction")
          && head.value().orElse(0) > MOST_FRACTION) {
        throw new SeriesException(
            file
                + ":"
                + head.line()
                + ": "
                + head.value().getAsDouble()
                + " of "
                + metric
                + ": expected a fraction of 0 to 1; divide percentages by 100");
      }
      if (before != null && head != null && head.at().isBefore(before.at())) {
        throw new SeriesException(
            file
                + ":"
                + head.line()
                + ": "
                + head.at()
                + " comes after "
                + before.at()
                + ": expected rows in order");
      }
    }
  }

  private final List<Source> sources = new ArrayList<>();
  private final Map<Metric, Sample> known = new TreeMap<>();
  private final boolean healthGiven;
  private @Nullable Instant first;

  /**
   * Opens them.
   *
   * @param files by the metric of their values
   * @throws SeriesException if one cannot be read
   */
  public CsvTrace(Map<Metric, Path> files) {
    healthGiven = files.containsKey(Metric.HEALTH);
    try {
      files.forEach((metric, file) -> sources.add(new Source(metric, file)));
      sources.forEach(Source::advance);
    } catch (SeriesException e) {
      close();
      throw e;
    }
  }

  /**
   * The next look; empty at the end.
   *
   * @throws SeriesException if a row is none, or is older than the one before it
   */
  public Optional<RecordedLook> next() {
    Instant at = null;
    for (Source source : sources) {
      if (source.head != null && (at == null || source.head.at().isBefore(at))) {
        at = source.head.at();
      }
    }
    if (at == null) {
      return Optional.empty();
    }
    for (Source source : sources) {
      while (source.head != null && source.head.at().equals(at)) {
        note(source.metric, source.head);
        source.advance();
      }
    }
    if (!healthGiven) {
      known.put(Metric.HEALTH, new Sample(Metric.HEALTH, WELL, at));
    }
    if (first == null) {
      first = at;
    }
    return Optional.of(
        new RecordedLook(
            at,
            sinceFirst(at),
            List.of(),
            List.copyOf(known.values()),
            List.of(),
            List.of(),
            Map.of()));
  }

  private long sinceFirst(Instant at) {
    try {
      return Duration.between(first, at).toNanos();
    } catch (ArithmeticException e) {
      throw new SeriesException(
          at + " is too long after " + first + ": expected rows of less than 290 years", e);
    }
  }

  private void note(Metric metric, Row row) {
    if (row.value().isEmpty()) {
      known.remove(metric);
    } else {
      known.put(metric, new Sample(metric, row.value().getAsDouble(), row.at()));
    }
  }

  @Override
  public void close() {
    sources.forEach(source -> source.reader.close());
  }
}
