package dev.healing.actions.nixos.files;

import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Does together what two can do together, and nothing else. */
final class TwoThreads implements Workers {
  @Override
  public void together(String name, Runnable task) {
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(task, own -> new Thread(own, name).start())
            .orTimeout(20, TimeUnit.SECONDS);
    try {
      task.run();
    } finally {
      other.handle((nothing, thrown) -> nothing).join();
    }
    other.join();
  }

  @Override
  public Task start(String name, Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException();
  }
}
