package dev.healing.core.calls;

import dev.healing.spi.Trigger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What wakes the loop, and how each listens. One that hangs is left behind and named. Safe for
 * several threads.
 */
public final class Triggers {
  private final Inquiries inquiries;
  private final Trigger.Wake wake;
  private final Map<String, String> listening = new ConcurrentHashMap<>();
  private volatile Map<String, Trigger> current = Map.of();
  private volatile boolean ended;
  private CompletableFuture<@Nullable Void> change = CompletableFuture.completedFuture(null);

  /** Has none listen yet. */
  public Triggers(Inquiries inquiries, Trigger.Wake wake) {
    this.inquiries = inquiries;
    this.wake = wake;
  }

  /** Has these listen from now on, unless it has {@linkplain #end ended}. */
  public void start(Map<String, Trigger> triggers, Duration patience) {
    current = Map.copyOf(triggers);
    listening.clear();
    triggers.forEach(
        (name, trigger) -> {
          if (ended) {
            return;
          }
          try {
            listening.put(
                name, inquiries.ask("trigger:" + name, patience, () -> trigger.start(wake)));
          } catch (RuntimeException | LinkageError e) {
            listening.put(name, "does not work: it threw " + e);
          }
          if (ended) { // meanwhile, and perhaps it began to listen after it was closed
            inquiries.close("trigger:" + name, patience, trigger);
          }
        });
  }

  /** Has none listen any more: also none that a change under way would start. */
  public void end(Duration patience) {
    ended = true;
    close(patience);
  }

  private void close(Duration patience) {
    current.forEach((name, trigger) -> inquiries.close("trigger:" + name, patience, trigger));
  }

  /**
   * Has others listen in their place, later: one such change after the other, in the order in which
   * they were asked for.
   *
   * @param elsewhere where it is done, since it may take its time
   * @return completes when the others listen; exceptionally, if it could not be done there: then
   *     the old ones still do
   */
  public synchronized CompletionStage<@Nullable Void> replace(
      Map<String, Trigger> now, Duration patience, Executor elsewhere) {
    change =
        change
            .exceptionally(fault -> null)
            .thenRunAsync(
                () -> {
                  close(patience);
                  start(now, patience);
                },
                elsewhere);
    return change;
  }

  /** How they listen, in words for a person. */
  public List<String> how() {
    return listening.values().stream().sorted().distinct().toList();
  }

  /** How one listens, if it was started. */
  public Optional<String> how(String name) {
    return Optional.ofNullable(listening.get(name));
  }
}
