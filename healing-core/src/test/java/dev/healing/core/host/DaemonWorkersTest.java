package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DaemonWorkersTest {
  private final Set<Thread> used = ConcurrentHashMap.newKeySet();

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void veryManyTasksAreAllDoneByABoundedNumberOfThreads() throws InterruptedException {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      CountDownLatch go = new CountDownLatch(1);
      CountDownLatch done = new CountDownLatch(2_000);
      for (int i = 0; i < 2_000; i++) {
        workers.start(
            "test",
            () -> {
              used.add(Thread.currentThread());
              await(go);
              done.countDown();
            });
      }
      go.countDown();
      assertThat(done.await(20, TimeUnit.SECONDS)).as("all done").isTrue();
      assertThat(used).hasSizeBetween(2, 256);
    }
  }

  @Test
  void thoseThatHangDoNotHoldUpAnother() throws InterruptedException {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      CountDownLatch never = new CountDownLatch(1);
      for (int i = 0; i < 50; i++) {
        workers.start("hangs", () -> await(never));
      }
      CountDownLatch done = new CountDownLatch(1);
      workers.start("test", done::countDown);
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
