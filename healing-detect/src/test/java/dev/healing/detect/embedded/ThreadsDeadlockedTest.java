package dev.healing.detect.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads that wait for each other, until the test ends them. */
@Timeout(60)
class ThreadsDeadlockedTest {
  private final TestHost host = new TestHost();
  private final Set<Thread> threads = new HashSet<>();
  private final Detector detector = new ThreadsDeadlocked.Provider().create(host);

  private void circle(String... names) {
    ReentrantLock[] locks = new ReentrantLock[names.length];
    CyclicBarrier allHaveOne = new CyclicBarrier(names.length);
    for (int i = 0; i < names.length; i++) {
      locks[i] = new ReentrantLock();
    }
    for (int i = 0; i < names.length; i++) {
      ReentrantLock own = locks[i];
      ReentrantLock other = locks[(i + 1) % names.length];
      Thread thread =
          new Thread(
              () -> {
                own.lock();
                try {
                  allHaveOne.await();
                  other.lockInterruptibly();
                  other.unlock();
                } catch (Exception e) {
                  // The test ends it.
                } finally {
                  own.unlock();
                }
              },
              names[i]);
      threads.add(thread);
      thread.start();
    }
  }

  private void end(Set<Thread> some) throws InterruptedException {
    for (Thread thread : some) {
      thread.interrupt();
      thread.join();
    }
  }

  @AfterEach
  void endAll() throws InterruptedException {
    end(threads);
  }

  /** A look every ten seconds, until so many circles are closed. */
  private Detection looks(int circles) {
    Detection found;
    do {
      host.time().advance(Duration.ofSeconds(10));
      found = detector.detect(HostStates.at(host.time().now()).build());
      Thread.onSpinWait();
    } while (found.issues().size() != circles);
    return found;
  }

  @Test
  void eachCircleIsAnIssueWithItsThreadsUntilItIsBroken() throws InterruptedException {
    assertThat(detector.detect(HostStates.now().build())).isEqualTo(Detection.NOTHING);
    circle("left", "right");
    circle("one", "two", "three");
    Detection found = looks(2);
    assertThat(found.issues())
        .extracting(issue -> String.join(" ", issue.components()))
        .containsExactlyInAnyOrder("left right", "one three two");
    Issue pair =
        found.issues().stream().filter(i -> i.components().size() == 2).findFirst().orElseThrow();
    assertThat(pair.description())
        .contains("left waits for java.util.concurrent.locks.ReentrantLock", "which right has");
    end(threads);
    assertThat(detector.detect(HostStates.now().build()))
        .as("looked at again at once, since there was one")
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void itIsLookedForAsOftenAsWritten() {
    AtomicInteger looked = new AtomicInteger();
    ThreadMXBean counting =
        Beans.of(
            ThreadMXBean.class,
            Map.of(
                "findDeadlockedThreads",
                () -> {
                  looked.incrementAndGet();
                  return null;
                }));
    Detector often = new ThreadsDeadlocked.Provider(counting).create(host);
    for (int second = 0; second < 41; second++) {
      often.detect(HostStates.now().build());
      host.time().advance(Duration.ofSeconds(1));
    }
    assertThat(looked).hasValue(5);
  }
}
