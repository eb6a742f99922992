package dev.healing.core.trace;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.core.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a trace: JSON lines, gzipped; of each look only what is not as it was in the one before.
 * After the first look and then every 10 all that was written can be read. Not safe for several
 * threads.
 */
public final class TraceWriter implements AutoCloseable {
  private static final int LOOKS_BETWEEN_FLUSHES = 10;

  private final GZIPOutputStream out;
  private final Map<Metric, Integer> numbers = new HashMap<>();
  private Map<Metric, Sample> samples = Map.of();
  private Map<String, UnitState> units = Map.of();
  private long looks;

  /**
   * Begins one.
   *
   * @throws IOException if it cannot be written
   */
  public TraceWriter(OutputStream to, TraceHeader header) throws IOException {
    out = new GZIPOutputStream(to, 64 << 10, true);
    line(
        JsonText.object()
            .put("trace", TraceHeader.FORMAT)
            .put("recordedBy", header.recordedBy())
            .put("bootId", header.bootId())
            .put("began", header.began().toString())
            .put("intervalMillis", header.interval().toMillis()));
    out.flush();
  }

  /** How many looks were written. */
  public long looks() {
    return looks;
  }

  /**
   * Adds a look.
   *
   * @throws IOException if it cannot be written
   */
  public void add(RecordedLook look) throws IOException {
    ObjectNode json = JsonText.object();
    json.put("at", look.at().toString());
    json.put("up", look.startedNanos());
    look.wokenBy().forEach(reason -> json.withArray("wokenBy").add(reason));
    addSamples(json, look);
    addUnits(json, look.units());
    look.unreadable()
        .forEach(one -> json.withArray("unreadable").addArray().add(one.what()).add(one.why()));
    look.faults().forEach((plugin, why) -> json.withObject("faults").put(plugin, why));
    line(json);
    if (++looks % LOOKS_BETWEEN_FLUSHES == 0 || looks == 1) {
      out.flush();
    }
  }

  private void addSamples(ObjectNode json, RecordedLook look) {
    Map<Metric, Sample> now = new LinkedHashMap<>();
    Set<Metric> twice = new HashSet<>();
    for (Sample sample : look.samples()) {
      if (now.put(sample.metric(), sample) != null) {
        twice.add(sample.metric());
      }
    }
    for (Metric metric : samples.keySet()) {
      if (!now.containsKey(metric) || twice.contains(metric)) {
        json.withArray("gone").add(number(json, metric));
      }
    }
    ArrayNode numbersOfChanged = JsonText.array();
    ArrayNode values = JsonText.array();
    ArrayNode times = JsonText.array();
    long before = 0;
    for (Sample sample : look.samples()) {
      if (!twice.contains(sample.metric()) && sample.equals(samples.get(sample.metric()))) {
        continue;
      }
      numbersOfChanged.add(number(json, sample.metric()));
      values.add(sample.value());
      long distance = Duration.between(look.at(), sample.at()).toNanos();
      times.add(distance - before);
      before = distance;
    }
    if (!numbersOfChanged.isEmpty()) {
      json.set("metrics", numbersOfChanged);
      json.set("values", values);
      json.set("times", times);
    }
    now.keySet().removeAll(twice); // told anew in the next look
    samples = now;
  }

  private int number(ObjectNode json, Metric metric) {
    Integer known = numbers.get(metric);
    if (known == null) {
      known = numbers.size();
      numbers.put(metric, known);
      json.withArray("names").addArray().add(metric.name()).add(metric.component());
    }
    return known;
  }

  private void addUnits(ObjectNode json, List<UnitState> states) {
    Map<String, UnitState> now = new LinkedHashMap<>();
    states.forEach(state -> now.put(state.name(), state));
    for (String name : units.keySet()) {
      if (!now.containsKey(name)) {
        json.withArray("unitsGone").add(name);
      }
    }
    now.forEach(
        (name, state) -> {
          if (!state.equals(units.get(name))) {
            json.withArray("units").add(unit(state));
          }
        });
    units = now;
  }

  private static ObjectNode unit(UnitState state) {
    ObjectNode json =
        JsonText.object()
            .put("name", state.name())
            .put("load", state.loadState())
            .put("active", state.activeState())
            .put("sub", state.subState())
            .put("result", state.result())
            .put("type", state.type())
            .put("invocation", state.invocationId());
    state.mainPid().ifPresent(pid -> json.put("pid", pid));
    state.changedAt().ifPresent(at -> json.put("changedAt", at.toString()));
    state.requires().stream().sorted().forEach(json.withArray("requires")::add);
    return json;
  }

  private void line(ObjectNode json) throws IOException {
    out.write((JsonText.line(json) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Ends it: a reader sees that nothing is missing.
   *
   * @throws IOException if it cannot be written
   */
  @Override
  public void close() throws IOException {
    try (out) {
      line(JsonText.object().put("looks", looks));
    }
  }
}
