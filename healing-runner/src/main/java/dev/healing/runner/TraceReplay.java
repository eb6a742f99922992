package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.core.Replay;
import dev.healing.core.Replayed;
import dev.healing.core.json.JsonText;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceReader;
import dev.healing.runner.series.CsvTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Policies over a whole trace: what each would have done, and what is known of the trace then. */
final class TraceReplay {
  /** A configuration by its name. */
  record Policy(String name, Configuration configuration) {}

  /**
   * What is replayed.
   *
   * @param trace a file of {@code record}; if there is none, the series
   * @param series files of {@code timestamp,value} by the metric of their values
   * @param helps whether each action is taken to have helped
   */
  record Recorded(Optional<Path> trace, Map<Metric, Path> series, boolean helps) {}

  private final Recorded recorded;
  private final ReadShare share;
  private final List<Policy> policies;
  private final Consumer<RecordedLook> seen;

  /**
   * Reads nothing yet.
   *
   * @param share is told how much has been read
   * @param seen told of each look, on another thread
   */
  TraceReplay(
      Recorded recorded, ReadShare share, List<Policy> policies, Consumer<RecordedLook> seen) {
    this.recorded = recorded;
    this.share = share;
    this.policies = policies;
    this.seen = seen;
  }

  /**
   * Replays it.
   *
   * @return {@code {policies: [{config, counts, problems, unseen, levels}], from, to, looks,
   *     recordedBy?, torn?, damage?}}
   * @throws HealingException if there is nothing in it, or it cannot be read
   */
  ObjectNode run() {
    return recorded.trace().map(this::ofTrace).orElseGet(this::ofSeries);
  }

  private ObjectNode ofTrace(Path file) {
    try (TraceReader trace = new TraceReader(share.of(Files.newInputStream(file)))) {
      Whole looks = new Whole(trace);
      ObjectNode json = replayed(trace.header().bootId(), looks);
      json.put("recordedBy", trace.header().recordedBy()).put("torn", trace.torn());
      ReplayJson.put(json, "damage", looks.damage);
      return json;
    } catch (NoSuchFileException e) {
      throw new HealingException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new HealingException(file + " cannot be read: " + HostException.reason(e), e);
    } catch (ConfigurationException e) {
      throw e; // which is no fault of the trace
    } catch (HealingException e) {
      throw new HealingException(file + ": " + e.getMessage(), e);
    }
  }

  /** The looks of a trace up to where it is damaged: what is before can be used, if any is. */
  private static final class Whole implements Supplier<Optional<RecordedLook>> {
    private final TraceReader trace;
    private Optional<String> damage = Optional.empty();
    private boolean begun;

    private Whole(TraceReader trace) {
      this.trace = trace;
    }

    @Override
    public Optional<RecordedLook> get() {
      try {
        Optional<RecordedLook> look = damage.isPresent() ? Optional.empty() : trace.next();
        begun = true;
        return look;
      } catch (HealingException e) {
        if (!begun) {
          throw e;
        }
        damage = Optional.of(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }
  }

  private ObjectNode ofSeries() {
    try (CsvTrace trace = new CsvTrace(recorded.series())) {
      return replayed("csv", trace::next);
    }
  }

  private ObjectNode replayed(String bootId, Supplier<Optional<RecordedLook>> looks) {
    Supplier<Optional<RecordedLook>> shown =
        () -> {
          Optional<RecordedLook> look = looks.get();
          look.ifPresent(seen);
          return look;
        };
    List<EngineBuilder> engines =
        policies.stream()
            .map(policy -> HealingEngine.builder().configuration(policy.configuration()))
            .toList();
    List<Replayed> all = Replay.run(engines, bootId, shown, recorded.helps());
    ObjectNode json = JsonText.object();
    ArrayNode each = json.putArray("policies");
    for (int i = 0; i < all.size(); i++) {
      ObjectNode one = ReplayJson.of(policies.get(i).name(), all.get(i));
      one.set("levels", Levels.of(policies.get(i).configuration()));
      each.add(one);
    }
    Replayed any = all.get(0);
    json.put("from", any.from().toString()).put("to", any.to().toString());
    return json.put("looks", any.looks());
  }
}
