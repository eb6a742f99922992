package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RunVerbTest {
  @Test
  void aSignalIsAGoodEnd() {
    assertThat(RunVerb.await(CompletableFuture.completedFuture(null))).isZero();
  }

  @Test
  void anEngineThatHasDiedIsAFailureSoThatTheDaemonIsStartedAgain() {
    assertThat(RunVerb.await(CompletableFuture.failedFuture(new OutOfMemoryError("made up"))))
        .isEqualTo(1);
  }
}
