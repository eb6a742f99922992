package dev.healing.actions.nixos;

import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Does together what two can do together, and nothing else. */
final class TwoThreads implements Workers {
  @Override
  public void together(String name, Runnable task) {
    CompletableFuture<Void> other = CompletableFuture.runAsync(task);
    task.run();
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
