package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HealingException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RunVerbTest {
  private static int await(CompletableFuture<@Nullable Void> over, Supplier<?> question) {
    return RunVerb.await(over, Duration.ofMillis(1), question);
  }

  @Test
  void aSignalIsAGoodEnd() {
    assertThat(await(CompletableFuture.completedFuture(null), () -> 1)).isZero();
  }

  @Test
  void anEngineThatHasDiedIsAFailureSoThatTheDaemonIsStartedAgain() {
    assertThat(await(CompletableFuture.failedFuture(new OutOfMemoryError("made up")), () -> 1))
        .isEqualTo(1);
  }

  @Test
  @Timeout(30)
  void anEngineThatTakesNoTurnsAnyMoreIsAFailureToo() {
    AtomicInteger asked = new AtomicInteger();
    int exit =
        await(
            new CompletableFuture<>(),
            () -> {
              if (asked.incrementAndGet() == 3) {
                return "it was only slow";
              }
              throw new HealingException("the engine did not answer");
            });
    assertThat(exit).isEqualTo(1);
    assertThat(asked).hasValue(8);
  }
}
