package dev.healing.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.api.RefusedException;
import dev.healing.core.calls.Inbox;
import dev.healing.core.guard.Settings;
import dev.healing.core.plugins.Memory;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.plugins.Registry;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** Whoever asks the engine is answered, by one of its own exceptions if need be. */
class EngineThreadTest {
  private final TestHost host = new TestHost();
  private final Inbox inbox = new Inbox();
  private final HealingLoop loop = loop();

  private HealingLoop loop() {
    Registry registry = new Registry();
    registry.register(KnowledgeBaseProvider.class, new NoKnowledge());
    registry.discover(false);
    Configuration none = Configuration.empty();
    Settings settings = Settings.read(none);
    return new HealingLoop(
        host, inbox, settings, new Plugins(registry, host, new Memory(), settings, none, null));
  }

  private CompletableFuture<String> asked(Runnable work) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    new EngineThread(inbox, loop).post(answer, work);
    return answer;
  }

  @Test
  void whateverIsThrownComesBackAsOneOfOurs() {
    CompletableFuture<String> refused =
        asked(
            () -> {
              throw new RefusedException("not now");
            });
    CompletableFuture<String> broken =
        asked(
            () -> {
              throw new IllegalStateException("broken");
            });
    inbox.drain();
    assertThatThrownBy(refused::join)
        .hasCauseExactlyInstanceOf(RefusedException.class)
        .hasMessageContaining("not now");
    assertThatThrownBy(broken::join)
        .hasCauseExactlyInstanceOf(HealingException.class)
        .hasMessageContainingAll("could not be answered", "broken")
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void anErrorIsToldAndPassedOn() {
    CompletableFuture<String> answer =
        asked(
            () -> {
              throw new NoClassDefFoundError("Gone");
            });
    assertThatThrownBy(inbox::drain).isInstanceOf(NoClassDefFoundError.class);
    assertThat(answer).isDone();
    assertThatThrownBy(answer::join)
        .hasCauseExactlyInstanceOf(HealingException.class)
        .hasMessageContaining("Gone");
  }

  @Test
  void whoWaitsWhenItDiesIsToldOfWhat() {
    EngineThread thread = new EngineThread(inbox, loop);
    CompletableFuture<String> answer = new CompletableFuture<>();
    thread.post(answer, () -> {}); // answered some time
    inbox.post(
        () -> {
          throw new OutOfMemoryError("of this test");
        });
    thread.start();
    assertThat(thread.ended().toCompletableFuture())
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withMessageContaining("of this test");
    assertThat(answer).isDone();
    assertThatThrownBy(answer::join)
        .hasCauseExactlyInstanceOf(HealingException.class)
        .hasMessageContainingAll("has ended", "of this test");
  }

  @Test
  void whoAsksWhileItIsStoppedIsAnsweredOrTold() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      EngineThread thread = new EngineThread(inbox, loop);
      CompletableFuture<String> answer = new CompletableFuture<>();
      CyclicBarrier together = new CyclicBarrier(2);
      CompletableFuture<Void> asks =
          CompletableFuture.runAsync(
              () -> {
                pass(together);
                thread.post(answer, () -> answer.complete("done"));
              });
      pass(together);
      thread.stop();
      asks.get(10, SECONDS);
      assertThat(answer).as("the answer to ask %d", i).isDone();
    }
  }

  private static void pass(CyclicBarrier barrier) {
    try {
      barrier.await(10, SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
