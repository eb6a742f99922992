package com.example.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.host.LinuxHost;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  /** Only another worker, and a third thread, ever come to what waits, so that main returns. */
  @Test
  @Timeout(60)
  void healsQueueAndPoolAndLeavesATrail(@TempDir Path state) throws InterruptedException {
    Main.main(new String[] {state.toString()});
    try (LinuxHost host = LinuxHost.observe(state)) {
      String journal = String.join("\n", host.state().lines("intents.jsonl").lines());
      assertThat(journal).contains("replace_worker", "larger_pool");
    }
  }
}
