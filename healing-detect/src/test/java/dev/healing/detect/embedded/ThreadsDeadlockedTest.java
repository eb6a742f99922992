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

  /** A look every ten seconds, until so many threads are in circles that are closed. */
  private Issue looks(int threads) {
    Detection found;
    do {
      host.time().advance(Duration.ofSeconds(10));
      found = detector.detect(HostStates.at(host.time().now()).build());
      Thread.onSpinWait();
    } while (found.issues().isEmpty() || inCircles(found.issues().get(0)) != threads);
    assertThat(found.issues()).hasSize(1);
    return found.issues().get(0);
  }

  private static double inCircles(Issue issue) {
    return issue.metrics().get("jvm.threads.deadlocked.count");
  }

  @Test
  void allCirclesAreOneIssueThatNamesTheirThreadsUntilTheyAreBroken() throws InterruptedException {
    assertThat(detector.detect(HostStates.now().build())).isEqualTo(Detection.NOTHING);
    circle("left", "right");
    circle("one", "two", "three");
    assertThat(looks(5).description())
        .contains("left waits for java.util.concurrent.locks.ReentrantLock", "which right has")
        .contains("one waits for", "which three has");
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

  /** Or what was learned of the one would tell nothing of the other. */
  @Test
  void theSameMistakeOfOtherThreadsIsTheSameProblem() throws InterruptedException {
    circle("pool-3-thread-7", "pool-3-thread-8");
    Issue first = looks(2);
    end(threads);
    circle("pool-4-thread-1", "pool-3-thread-9");
    Issue second = looks(2);
    assertThat(second.description()).contains("pool-4-thread-1").doesNotContain("thread-7");
    assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
    assertThat(second.components()).containsExactly("threads");
  }
}
