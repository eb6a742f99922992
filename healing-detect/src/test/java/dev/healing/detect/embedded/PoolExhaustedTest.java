package dev.healing.detect.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real pool of two threads. */
@Timeout(60)
class PoolExhaustedTest {
  private final ThreadPoolExecutor pool = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
  private final Semaphore mayEnd = new Semaphore(0);
  private Instant now = VirtualTime.START;
  private final Detector detector =
      new PoolExhausted.Provider(Map.of("mail", pool))
          .create(new TestHost().withConfiguration(Configuration.of(Map.of("for", "2 of 2"))));

  @AfterEach
  void end() {
    pool.shutdownNow();
  }

  private Future<?> hang() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Future<?> task =
        pool.submit(
            () -> {
              begun.countDown();
              mayEnd.acquireUninterruptibly();
            });
    if (pool.getQueue().isEmpty()) {
      begun.await();
    }
    return task;
  }

  private Detection look() {
    return look(detector);
  }

  private Detection look(Detector of) {
    now = now.plusSeconds(1);
    return of.detect(HostStates.at(now).build());
  }

  @Test
  void aPoolWhoseThreadsHangWhileTasksWaitIsReported()
      throws InterruptedException, ExecutionException {
    Future<?> first = hang();
    hang();
    look();
    look();
    assertThat(look()).as("nothing waits").isEqualTo(Detection.NOTHING);
    Future<?> waiting = hang();
    assertThat(look().issues()).isEmpty();
    Issue issue = look().issues().get(0);
    assertThat(issue.components()).containsExactly("mail");
    assertThat(issue.description())
        .isEqualTo("pool mail: all 2 threads are busy, 1 tasks wait, and none is finished");
    assertThat(issue.metrics()).containsEntry("pool.waiting.count{mail}", 1.0);
    mayEnd.release(3);
    first.get();
    waiting.get();
    assertThat(look()).isEqualTo(Detection.NOTHING);
  }

  @Test
  void aPoolThatGetsOnIsOnlyBusy() throws InterruptedException, ExecutionException {
    for (int task = 0; task < 20; task++) {
      hang();
    }
    for (int look = 0; look < 5; look++) {
      long finished = pool.getCompletedTaskCount();
      mayEnd.release();
      while (pool.getCompletedTaskCount() == finished) {
        Thread.onSpinWait();
      }
      assertThat(look().issues()).as("look %d", look).isEmpty();
    }
    assertThat(pool.getQueue()).isNotEmpty();
    mayEnd.release(100);
  }

  @Test
  void whatIsScheduledForLaterDoesNotWait() throws InterruptedException {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    try {
      Detector ofTimer =
          new PoolExhausted.Provider(Map.of("timer", timer))
              .create(new TestHost().withConfiguration(Configuration.of(Map.of("for", "2 of 2"))));
      CountDownLatch begun = new CountDownLatch(1);
      timer.execute(
          () -> {
            begun.countDown();
            mayEnd.acquireUninterruptibly();
          });
      begun.await();
      timer.schedule(() -> {}, 1, TimeUnit.HOURS);
      for (int look = 0; look < 4; look++) {
        assertThat(look(ofTimer)).as("look %d", look).isEqualTo(Detection.NOTHING);
      }
      timer.execute(() -> {});
      look(ofTimer);
      assertThat(look(ofTimer).issues().get(0).description())
          .isEqualTo("pool timer: all 1 threads are busy, 1 tasks wait, and none is finished");
    } finally {
      mayEnd.release();
      timer.shutdownNow();
    }
  }
}
