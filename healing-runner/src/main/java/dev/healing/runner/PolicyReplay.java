package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.core.HealingEngine;
import dev.healing.core.Replay;
import dev.healing.core.Replayed;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceReader;
import dev.healing.runner.control.Json;
import dev.healing.runner.series.CsvTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** One policy over a whole trace: what it would have done, and what is known of the trace then. */
final class PolicyReplay {
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
  private final Policy policy;
  private final Consumer<RecordedLook> seen;
  private final ObjectNode about = Json.object();
  private volatile boolean stopped;

  /**
   * Reads nothing yet.
   *
   * @param seen told of each look
   */
  PolicyReplay(Recorded recorded, ReadShare share, Policy policy, Consumer<RecordedLook> seen) {
    this.recorded = recorded;
    this.share = share;
    this.policy = policy;
    this.seen = seen;
  }

  /**
   * Replays it, on the calling thread.
   *
   * @return {@code {config, counts, problems, unseen, levels}}
   * @throws HealingException if there is nothing in it, or it cannot be read
   */
  ObjectNode run() {
    return recorded.trace().map(this::ofTrace).orElseGet(this::ofSeries);
  }

  /**
   * Of the trace, after it was replayed: {@code {from, to, looks, recordedBy?, torn?, damage?}}.
   */
  ObjectNode about() {
    return about;
  }

  /**
   * Nobody wants to know any more: what is under way ends at the next look, and is worth nothing.
   */
  void stop() {
    stopped = true;
  }

  private ObjectNode ofTrace(Path file) {
    try (TraceReader trace = new TraceReader(share.of(Files.newInputStream(file)))) {
      Whole looks = new Whole(trace);
      ObjectNode json = replayed(trace.header().bootId(), looks);
      about.put("recordedBy", trace.header().recordedBy()).put("torn", trace.torn());
      ReplayJson.put(about, "damage", looks.damage);
      return json;
    } catch (NoSuchFileException e) {
      throw new HealingException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new HealingException(file + " cannot be read: " + e, e);
    } catch (ConfigurationException e) {
      throw e; // which is no fault of the trace
    } catch (HealingException e) {
      throw new HealingException(file + ": " + e.getMessage(), e);
    }
  }

  /** The looks of a trace up to where it is damaged: what is before can be used. */
  private static final class Whole implements Supplier<Optional<RecordedLook>> {
    private final TraceReader trace;
    private Optional<String> damage = Optional.empty();

    private Whole(TraceReader trace) {
      this.trace = trace;
    }

    @Override
    public Optional<RecordedLook> get() {
      try {
        return damage.isPresent() ? Optional.empty() : trace.next();
      } catch (HealingException e) {
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
          Optional<RecordedLook> look = stopped ? Optional.empty() : looks.get();
          look.ifPresent(seen);
          return look;
        };
    HealingEngine.Builder engine = HealingEngine.builder().configuration(policy.configuration());
    Replayed replayed = Replay.run(engine, bootId, shown, recorded.helps());
    about.put("from", replayed.from().toString()).put("to", replayed.to().toString());
    about.put("looks", replayed.looks());
    ObjectNode json = ReplayJson.of(policy.name(), replayed);
    json.set("levels", Levels.of(policy.configuration()));
    return json;
  }
}
