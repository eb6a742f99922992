package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
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
  void whatIsCancelledBeforeItsTurnNeverBegins() throws InterruptedException {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      CountDownLatch go = new CountDownLatch(1);
      CountDownLatch begun = new CountDownLatch(256);
      for (int i = 0; i < 256; i++) {
        String name = i < 200 ? "prepare it" : "hang";
        workers.start(
            name,
            () -> {
              begun.countDown();
              await(go);
            });
      }
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(workers.underWay()).isEqualTo("prepare it (200 times), hang (56 times)");
      Workers.Task waits = workers.start("waits", () -> used.add(Thread.currentThread()));
      assertThat(waits.done()).isFalse();
      waits.cancel();
      assertThat(waits.done()).isTrue();
      CountDownLatch after = new CountDownLatch(1);
      workers.start("after", after::countDown);
      go.countDown();
      assertThat(after.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(used).isEmpty();
    }
  }

  @Test
  void whatIsCalledAnswersOrIsLeftBehind() {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      Duration enough = Duration.ofSeconds(20);
      assertThat(workers.call("answers", enough, () -> 7)).isEqualTo(7);
      assertThatThrownBy(
              () ->
                  workers.call(
                      "throws",
                      enough,
                      () -> {
                        throw new NoClassDefFoundError("x");
                      }))
          .isInstanceOf(NoClassDefFoundError.class);
      CountDownLatch never = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  workers.call(
                      "make detector slow",
                      Duration.ofMillis(10),
                      () -> {
                        await(never);
                        return 1;
                      }))
          .isInstanceOf(HostException.class)
          .hasMessage("make detector slow: it did not come back within 10 ms");
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

  @Test
  void noTaskWaitsForAnotherHoweverManyComeAtOnce() throws InterruptedException {
    noTaskWaitsForAnother(Duration.ofSeconds(10), 300);
  }

  @Test
  void norWhenThreadsEndAtThatMoment() throws InterruptedException {
    noTaskWaitsForAnother(Duration.ofNanos(50_000), 300);
  }

  private static void noTaskWaitsForAnother(Duration keep, int rounds) throws InterruptedException {
    try (DaemonWorkers workers = new DaemonWorkers(keep)) {
      Random random = new Random(1);
      for (int round = 0; round < rounds; round++) {
        int many = 1 + random.nextInt(60);
        CountDownLatch allAtOnce = new CountDownLatch(many);
        CountDownLatch ended = new CountDownLatch(many);
        for (int i = 0; i < many; i++) {
          workers.start(
              "one of many",
              () -> {
                allAtOnce.countDown();
                await(allAtOnce);
                ended.countDown();
              });
        }
        assertThat(ended.await(20, TimeUnit.SECONDS)).as("round %d of %d", round, many).isTrue();
      }
    }
  }

  @Test
  void whatComesWhenAllAreTakenIsDoneWhenOneComesFree() throws InterruptedException {
    try (DaemonWorkers workers = new DaemonWorkers(Duration.ofNanos(1))) {
      for (int round = 0; round < 200; round++) {
        CountDownLatch hang = new CountDownLatch(1);
        for (int i = 0; i < 255; i++) {
          workers.start("hangs", () -> await(hang));
        }
        for (int i = 0; i < 100; i++) {
          CountDownLatch done = new CountDownLatch(1);
          workers.start("the last thread's", done::countDown);
          assertThat(done.await(20, TimeUnit.SECONDS)).as("%d of round %d", i, round).isTrue();
        }
        hang.countDown();
      }
    }
  }

  @Test
  void whatComesAfterTheEndIsNeverBegun() {
    DaemonWorkers workers = new DaemonWorkers();
    workers.start("before", () -> {});
    workers.close();
    Workers.Task late = workers.start("late", () -> used.add(Thread.currentThread()));
    assertThat(late.done()).isFalse();
    assertThat(used).isEmpty();
  }

  @Test
  void togetherIsDoneByTwoAndReturnsWhenBothHaveEnded() {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      CountDownLatch both = new CountDownLatch(2);
      AtomicInteger ended = new AtomicInteger();
      workers.together(
          "test",
          () -> {
            both.countDown();
            await(both);
            ended.incrementAndGet();
          });
      assertThat(ended).hasValue(2);
    }
  }

  @Test
  void whatEitherThrowsIsThrown() {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      Thread here = Thread.currentThread();
      for (boolean inHere : new boolean[] {true, false}) {
        CountDownLatch both = new CountDownLatch(2);
        assertThatThrownBy(
                () ->
                    workers.together(
                        "test",
                        () -> {
                          both.countDown();
                          await(both);
                          if (inHere == (Thread.currentThread() == here)) {
                            throw new IllegalStateException("broken");
                          }
                        }))
            .hasMessage("broken");
      }
    }
  }

  @Test
  void whereNoThreadIsFreeItIsDoneHereOnly() {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      CountDownLatch go = new CountDownLatch(1);
      for (int i = 0; i < 256; i++) {
        workers.start("hang", () -> await(go));
      }
      AtomicInteger done = new AtomicInteger();
      workers.together("test", done::incrementAndGet);
      go.countDown();
      assertThat(done).hasValue(1);
    }
  }

  @Test
  void whatIsThrownHereIsThrownThoughNoThreadIsFree() {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      CountDownLatch go = new CountDownLatch(1);
      for (int i = 0; i < 256; i++) {
        workers.start("hang", () -> await(go));
      }
      assertThatThrownBy(
              () ->
                  workers.together(
                      "test",
                      () -> {
                        throw new IllegalStateException("broken");
                      }))
          .hasMessage("broken");
      go.countDown();
    }
  }

  @Test
  void whoIsInterruptedWhileTheOtherWorksInterruptsThatOne() throws InterruptedException {
    try (DaemonWorkers workers = new DaemonWorkers()) {
      Set<String> interrupted = ConcurrentHashMap.newKeySet();
      CountDownLatch begun = new CountDownLatch(2);
      Thread here =
          new Thread(
              () -> {
                Thread self = Thread.currentThread();
                workers.together(
                    "test",
                    () -> {
                      begun.countDown();
                      await(begun);
                      if (Thread.currentThread() != self) {
                        await(new CountDownLatch(1));
                        interrupted.add("there");
                      }
                    });
                if (self.isInterrupted()) {
                  interrupted.add("here");
                }
              });
      here.start();
      begun.await();
      here.interrupt();
      here.join();
      assertThat(interrupted).containsExactlyInAnyOrder("here", "there");
    }
  }
}
