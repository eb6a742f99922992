package dev.healing.runner.drill;

import dev.healing.api.Configuration;
import dev.healing.api.Event;
import dev.healing.api.HostException;
import dev.healing.api.Incident;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The course of a drill; what is broken and how differs. */
public abstract class Drill {
  private static final int SECONDS_TO_FIRST_LOOK = 15;
  private static final int SECONDS_TO_HEAL = 90;

  /** Where it takes place. */
  protected final HostContext host;

  private final CountDownLatch over = new CountDownLatch(1);

  /** On this host. */
  protected Drill(HostContext host) {
    this.host = host;
  }

  /** Starts the sacrifice and says what it is. */
  protected abstract String prepare();

  /** Gives the engine what it may use: nothing but this. */
  protected abstract void equip(EngineBuilder builder);

  /** Breaks it and says how. */
  protected abstract String breakIt();

  /** When it ran again after it was broken. */
  protected abstract Optional<Instant> runningAgainAt();

  /** Leaves no trace. */
  protected abstract void cleanUp();

  /** Runs it; says every step. Cleans up whatever happens. */
  public final Timings run(Consumer<String> say) {
    try {
      say.accept(prepare());
      EngineBuilder builder =
          HealingEngine.builder()
              .host(host)
              // A host that is unwell should still be able to drill; nothing else is in reach.
              .configuration(Configuration.of(Map.of("limits", Map.of("health-floor", 0))))
              .discoverPlugins(false);
      // The engine wants one; what it learns here goes with the drill's state.
      ServiceLoader.load(KnowledgeBaseProvider.class).findFirst().ifPresent(builder::add);
      equip(builder);
      try (HealingEngine engine = builder.build()) {
        return measured(engine, say);
      }
    } finally {
      cleanUp();
    }
  }

  /** Ends one that is under way before its time: it cleans up and tells how far it came. */
  public final void end() {
    over.countDown();
  }

  private Timings measured(HealingEngine engine, Consumer<String> say) {
    AtomicReference<@Nullable Instant> opened = new AtomicReference<>();
    AtomicReference<@Nullable Receipt> last = new AtomicReference<>();
    engine.addListener(
        event -> {
          if (event.kind() == Event.Kind.INCIDENT_OPENED) {
            opened.compareAndSet(null, event.at());
          }
          if (event.kind() != Event.Kind.ENGINE) {
            say.accept("  " + event.message());
          }
          List<Receipt> attempts = event.incident().map(Incident::attempts).orElse(List.of());
          if (!attempts.isEmpty()) {
            last.set(attempts.get(attempts.size() - 1));
            over.countDown();
          } else if (event.kind() == Event.Kind.INCIDENT_CLOSED
              || event.kind() == Event.Kind.ESCALATED) {
            over.countDown();
          }
        });
    engine.start();
    awaitFirstLook(engine);
    Instant broken = host.time().now();
    say.accept(breakIt());
    await(over, SECONDS_TO_HEAL);
    Optional<Receipt> receipt = Optional.ofNullable(last.get());
    return new Timings(
        broken,
        Optional.ofNullable(opened.get()),
        runningAgainAt(),
        receipt.map(Receipt::finishedAt),
        receipt.map(Receipt::outcome).orElse(Outcome.NOT_ATTEMPTED));
  }

  /** What is broken before the first look would count as old. */
  private void awaitFirstLook(HealingEngine engine) {
    for (int i = 0; i < SECONDS_TO_FIRST_LOOK * 50; i++) {
      if (engine.state().isPresent()) {
        return;
      }
      if (await(over, 20, TimeUnit.MILLISECONDS)) {
        throw new HostException("drill: ended before anything was broken");
      }
    }
    throw new HostException(
        "drill: no complete look within " + SECONDS_TO_FIRST_LOOK + " s; try 'healing once'");
  }

  private static void await(CountDownLatch latch, int seconds) {
    await(latch, seconds, TimeUnit.SECONDS);
  }

  private static boolean await(CountDownLatch latch, int time, TimeUnit unit) {
    try {
      return latch.await(time, unit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException("drill: interrupted");
    }
  }
}
