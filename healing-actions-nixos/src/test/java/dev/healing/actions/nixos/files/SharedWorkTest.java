package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedWorkTest {
  private final TwoThreads two = new TwoThreads();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger done = new AtomicInteger();

  /** A tree of work: each piece makes two smaller ones. */
  private void grow(SharedWork<Integer> work, int piece) {
    threads.add(Thread.currentThread());
    done.incrementAndGet();
    for (int i = 0; i < 2 && piece > 0 && !work.over(); i++) {
      if (!work.offer(piece - 1)) {
        grow(work, piece - 1);
      }
    }
  }

  @Test
  void everyPieceIsDoneOnceByBoth() {
    for (int round = 0; round < 200; round++) {
      done.set(0);
      SharedWork<Integer> work = new SharedWork<>(10);
      two.together("grow", () -> work.work(piece -> grow(work, piece)));
      assertThat(done).hasValue(2047);
    }
    assertThat(threads).hasSizeGreaterThan(1);
  }

  @Test
  void oneAloneDoesAll() {
    SharedWork<Integer> work = new SharedWork<>(10);
    work.work(piece -> grow(work, piece));
    assertThat(done).hasValue(2047);
    work.work(piece -> grow(work, piece));
    assertThat(done).as("who comes late finds nothing").hasValue(2047);
  }

  /** It owns something that must be closed. */
  @Test
  void whatWasHandedOverIsTakenThoughItWasEnded() throws InterruptedException {
    SharedWork<Integer> work = new SharedWork<>(1);
    CountDownLatch handedOver = new CountDownLatch(1);
    two.together(
        "end",
        () ->
            work.work(
                piece -> {
                  done.incrementAndGet();
                  if (piece == 1) {
                    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                    while (!work.offer(0) && System.nanoTime() < end) {
                      Thread.onSpinWait();
                    }
                    work.end();
                    handedOver.countDown();
                  }
                }));
    handedOver.await();
    assertThat(done).hasValue(2);
    assertThat(work.offer(0)).as("over").isFalse();
  }

  @Test
  void whoFailsEndsItForAll() {
    SharedWork<Integer> work = new SharedWork<>(1);
    assertThatThrownBy(
            () ->
                two.together(
                    "fail",
                    () ->
                        work.work(
                            piece -> {
                              throw new IllegalStateException("broken");
                            })))
        .hasStackTraceContaining("broken");
    assertThat(work.over()).isTrue();
  }
}
