package dev.healing.core.trace;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads a trace, look by look. One whose writer was killed is read up to where it is torn. Not safe
 * for several threads.
 */
public final class TraceReader implements AutoCloseable {
  private static final int MOST_NAMES = 100_000;
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private final TraceLines lines;
  private final TraceHeader header;
  private final List<Metric> names = new ArrayList<>();
  private final Map<Metric, Sample> samples = new LinkedHashMap<>();
  private final Map<String, UnitState> units = new LinkedHashMap<>();
  private List<UnitState> unitsNow = List.of();
  private long looks;
  private boolean ended;
  private boolean torn;

  /**
   * Opens one.
   *
   * @param from is closed with this
   * @throws HealingException if it is no trace, or one of a newer format
   */
  public TraceReader(InputStream from) {
    try {
      lines = new TraceLines(new GZIPInputStream(from, 64 << 10));
    } catch (IOException e) {
      throw new HealingException("it is no trace: expected a file of 'healing record'", e);
    }
    TraceLine first = line();
    int format = first == null ? -1 : first.others().path("trace").asInt(-1);
    if (format != TraceHeader.FORMAT) {
      throw new HealingException(
          format < 0
              ? "it is no trace: expected a file of 'healing record'"
              : "it is a trace of format " + format + ": expected " + TraceHeader.FORMAT);
    }
    JsonNode head = Objects.requireNonNull(first).others();
    header =
        sensible(
            () ->
                new TraceHeader(
                    head.path("recordedBy").asString(""),
                    head.path("bootId").asString(""),
                    Instant.parse(head.path("began").asString("")),
                    Duration.ofMillis(head.path("intervalMillis").asLong(0))));
  }

  /** What it begins with. */
  public TraceHeader header() {
    return header;
  }

  /** Whether it ends before its writer meant it to; known when {@link #next} was empty. */
  public boolean torn() {
    return torn;
  }

  /**
   * The next look; empty at the end.
   *
   * @throws HealingException where it is damaged
   */
  public Optional<RecordedLook> next() {
    if (ended) {
      return Optional.empty();
    }
    TraceLine line = line();
    if (line == null || line.others().has("looks")) {
      ended = true;
      torn = line == null;
      return Optional.empty();
    }
    RecordedLook look = sensible(() -> look(line));
    looks++;
    return Optional.of(look);
  }

  private RecordedLook look(TraceLine line) {
    JsonNode json = line.others();
    Instant at = possible(Instant.parse(line.at()));
    json.path("names")
        .forEach(name -> names.add(Metric.of(name.path(0).asString(), name.path(1).asString())));
    if (names.size() > MOST_NAMES) {
      throw new IllegalArgumentException("more than " + MOST_NAMES + " series");
    }
    List<String> wokenBy = new ArrayList<>();
    json.path("wokenBy").forEach(reason -> wokenBy.add(reason.asString()));
    List<Unreadable> unreadable = new ArrayList<>();
    json.path("unreadable")
        .forEach(
            one -> unreadable.add(new Unreadable(one.path(0).asString(), one.path(1).asString())));
    Map<String, String> faults = new LinkedHashMap<>();
    json.path("faults").properties().forEach(f -> faults.put(f.getKey(), f.getValue().asString()));
    List<Sample> found = samples(line, at);
    json.path("unitsGone").forEach(name -> units.remove(name.asString()));
    json.path("units").forEach(unit -> units.put(unit.path("name").asString(), unit(unit)));
    if (json.has("unitsGone") || json.has("units")) {
      unitsNow = List.copyOf(units.values());
    }
    return new RecordedLook(at, line.up(), wokenBy, found, unitsNow, unreadable, faults);
  }

  private static Instant possible(Instant at) {
    if (at.isBefore(EARLIEST) || at.isAfter(LATEST)) {
      throw new IllegalArgumentException("no clock shows " + at);
    }
    return at;
  }

  private List<Sample> samples(TraceLine line, Instant at) {
    line.others().path("gone").forEach(number -> samples.remove(names.get(number.asInt())));
    List<Sample> changed = new ArrayList<>(line.size());
    long distance = 0;
    for (int i = 0; i < line.size(); i++) {
      distance = Math.addExact(distance, line.time(i));
      Metric metric = names.get(line.metric(i));
      Sample sample = new Sample(metric, line.value(i), at.plusNanos(distance));
      changed.add(sample);
      samples.put(metric, sample); // where it was: looks that follow each other have one order
    }
    changed.removeIf(sample -> samples.get(sample.metric()) == sample);
    if (changed.isEmpty()) {
      return List.copyOf(samples.values());
    }
    List<Sample> all = new ArrayList<>(changed); // of what was there twice, all but the last
    all.addAll(samples.values());
    changed.forEach(sample -> samples.remove(sample.metric()));
    return all;
  }

  private static UnitState unit(JsonNode json) {
    Set<String> requires = new LinkedHashSet<>();
    json.path("requires").forEach(name -> requires.add(name.asString()));
    return new UnitState(
        json.path("name").asString(),
        json.path("load").asString(),
        json.path("active").asString(),
        json.path("sub").asString(),
        json.path("result").asString(),
        json.path("type").asString(),
        json.has("pid") ? OptionalLong.of(json.path("pid").asLong()) : OptionalLong.empty(),
        json.path("invocation").asString(),
        Optional.of(json.path("changedAt").asString(""))
            .filter(text -> !text.isEmpty())
            .map(Instant::parse),
        requires);
  }

  /** A line that is whole; null where there is none any more. */
  private @Nullable TraceLine line() {
    try {
      int end = lines.next();
      return end < 0 ? null : TraceLine.parse(lines.bytes(), lines.begin(), end);
    } catch (EOFException e) {
      return null; // its writer was killed
    } catch (JacksonException e) {
      throw damaged(e.getOriginalMessage());
    } catch (IOException e) {
      throw damaged(HostException.reason(e));
    }
  }

  /** What is read here. */
  private interface Part<T> {
    T read();
  }

  private <T> T sensible(Part<T> part) {
    try {
      return part.read();
    } catch (JacksonException
        | DateTimeException
        | ArithmeticException
        | IllegalArgumentException
        | IndexOutOfBoundsException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private HealingException damaged(String why) {
    return new HealingException(
        looks == 0
            ? "the trace is damaged in its first look (" + why + "): nothing of it can be used"
            : "the trace is damaged after "
                + looks
                + " looks ("
                + why
                + "): what is before can be used");
  }

  /** Closes what it reads from. */
  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      // Nothing was written.
    }
  }
}
