package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Event;
import dev.healing.api.HostException;
import dev.healing.spi.Listener;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
  private final TestHost host = new TestHost();
  private final CountedWorkers workers = new CountedWorkers(host.workers());
  private final Announcer announcer = new Announcer(host.time(), workers);
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
  private Duration takes = Duration.ZERO;

  @AfterEach
  void end() {
    host.time().close();
  }

  private void listen(String name, Listener listener) {
    announcer.replace(Map.of(), Map.of(name, listener));
  }

  private void slow(Event event) {
    try {
      host.workers().sleep(takes);
      heard.add("slow " + event.message());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void quick(Event event) {
    heard.add("quick " + event.message());
  }

  private void tell(int... numbers) {
    for (int number : numbers) {
      announcer.tell(
          new Event(host.time().now(), Event.Kind.ENGINE, "" + number, Optional.empty()));
    }
    host.time().runReady();
  }

  @Test
  void oneThatHangsSilencesNobodyElseAndIsNamed() {
    takes = Duration.ofHours(1);
    listen("slow", this::slow);
    listen("quick", this::quick);
    tell(1);
    assertThat(announcer.enforce()).as("somebody waits").isPresent();
    host.time().advance(Duration.ofSeconds(1));
    announcer.enforce();
    host.time().runReady();
    tell(2);
    assertThat(heard).containsExactly("quick 1", "quick 2");
    assertThat(announcer.faults()).isEmpty();

    host.time().advance(Duration.ofMinutes(2));
    assertThat(announcer.faults()).containsOnlyKeys("listener:slow");
    assertThat(announcer.faults().get("listener:slow")).contains("not come back");
    assertThat(announcer.enforce()).isEmpty();

    host.time().advance(Duration.ofHours(3));
    assertThat(heard).containsExactly("quick 1", "quick 2", "slow 1", "slow 2");
    assertThat(announcer.faults()).isEmpty();
    assertThat(workers.running()).as("threads kept while nothing is told").isZero();
  }

  @Test
  void noThreadIsWokenForEachEventAndListener() {
    for (String name : List.of("a", "b", "c", "d")) {
      listen(name, this::quick);
    }
    tell(IntStream.range(0, 1000).toArray());
    assertThat(heard).hasSize(4000);
    assertThat(workers.tasks).hasSize(1);
  }

  @Test
  void whoeverIsToldWithoutEndLetsOthersHaveTheirTurn() {
    listen(
        "first",
        event -> {
          heard.add("first " + event.message());
          int number = Integer.parseInt(event.message());
          if (number < 3) {
            tell(announcer, number + 1); // always one more while it is told
          }
        });
    listen("quick", this::quick);
    tell(1);
    assertThat(heard)
        .containsExactly("first 1", "quick 1", "quick 2", "first 2", "quick 3", "first 3");
  }

  @Test
  void theOldestAreDroppedWhereTooManyWaitAndThatIsTold() {
    takes = Duration.ofHours(1);
    listen("slow", this::slow);
    tell(0);
    takes = Duration.ZERO;
    tell(IntStream.rangeClosed(1, 10_002).toArray());
    assertThat(announcer.faults().get("listener:slow")).contains("2 so far");
    host.time().advance(Duration.ofHours(1));
    assertThat(heard).hasSize(10_001).startsWith("slow 0", "slow 3").endsWith("slow 10002");
  }

  @Test
  void oneThatThrowsIsNamedUntilItHasTakenSomethingAndSomeTimeHasPassed() {
    List<String> poison = new ArrayList<>(List.of("1"));
    listen(
        "picky",
        event -> {
          if (poison.contains(event.message())) {
            throw new IllegalStateException("not " + event.message());
          }
        });
    listen("quick", this::quick);
    tell(1);
    assertThat(heard).containsExactly("quick 1");
    assertThat(announcer.faults().get("listener:picky")).contains("not 1");
    host.time().advance(Duration.ofHours(1));
    assertThat(announcer.faults()).as("it has taken nothing since").isNotEmpty();
    poison.add("2");
    tell(2, 3);
    assertThat(announcer.faults().get("listener:picky")).contains("not 2");
    host.time().advance(Duration.ofMinutes(11));
    assertThat(announcer.faults()).isEmpty();
  }

  @Test
  void whatNoThreadCouldBeHadForIsToldWhenThereIsOne() {
    listen("quick", this::quick);
    workers.none = true;
    tell(1);
    workers.none = false;
    assertThat(announcer.enforce()).isPresent();
    host.time().runReady();
    assertThat(heard).containsExactly("quick 1");
  }

  @Test
  void whatWaitsIsToldToWhoTakesItsPlaceWithoutItsFaults() {
    takes = Duration.ofHours(1);
    Listener old = this::slow;
    listen("one", old);
    tell(1, 2);
    host.time().advance(Duration.ofMinutes(2));
    assertThat(announcer.faults()).isNotEmpty();
    announcer.replace(Map.of("one", old), Map.of("one", this::quick));
    host.time().runReady();
    assertThat(heard).containsExactly("quick 2");
    assertThat(announcer.faults()).isEmpty();
    host.time().advance(Duration.ofHours(2));
    assertThat(heard).containsExactly("quick 2", "slow 1");
  }

  @Test
  void anErrorThatNobodyCatchesEndsNoTelling() {
    ExecutorService threads = Executors.newCachedThreadPool(AnnouncerTest::quiet);
    try {
      Announcer real = new Announcer(host.time(), new Threads(threads));
      CountDownLatch last = new CountDownLatch(1);
      real.add(
          event -> {
            heard.add(event.message());
            if (event.message().equals("1")) {
              throw new OutOfMemoryError("in a test");
            }
            last.countDown();
          });
      tell(real, 1);
      tell(real, 2);
      for (int tries = 0; tries < 1000 && !within(last, Duration.ofMillis(10)); tries++) {
        real.enforce();
      }
      assertThat(heard).containsExactly("1", "2");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void eachIsToldAllInOrderByHoweverManyThreads() {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Announcer real = new Announcer(new Racing(), new Threads(threads));
      int events = 9_000;
      CountDownLatch all = new CountDownLatch(3 * events);
      List<List<String>> each = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (List<String> own : each) {
        real.add(
            event -> {
              own.add(event.message()); // of one thread at a time, or some would be lost
              if (own.size() % 1000 == each.indexOf(own)) {
                LockSupport.parkNanos(1_000_000);
              }
              all.countDown();
            });
      }
      for (int number = 0; number < events; number++) {
        tell(real, number);
      }
      for (int tries = 0; tries < 3000 && !within(all, Duration.ofMillis(10)); tries++) {
        real.enforce();
      }
      List<String> expected = IntStream.range(0, events).mapToObj(String::valueOf).toList();
      assertThat(each).allSatisfy(own -> assertThat(own).isEqualTo(expected));
    } finally {
      threads.shutdownNow();
    }
  }

  private void tell(Announcer to, int number) {
    to.tell(new Event(host.time().now(), Event.Kind.ENGINE, "" + number, Optional.empty()));
  }

  private static boolean within(CountDownLatch latch, Duration atMost) {
    try {
      return latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Thread quiet(Runnable body) {
    Thread thread = new Thread(body, "quiet");
    thread.setUncaughtExceptionHandler((t, e) -> {});
    return thread;
  }

  /** A thousand times as fast, so that whoever is kept for a tenth of a millisecond is replaced. */
  private static final class Racing implements TimeSource {
    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public long monotonicNanos() {
      return System.nanoTime() * 1000;
    }

    @Override
    public String bootId() {
      return "one";
    }
  }

  private record Threads(ExecutorService threads) implements Workers {
    @Override
    public Task start(String name, Runnable task) {
      threads.execute(task);
      return new Task() {
        @Override
        public void cancel() {
          throw new AssertionError("a listener takes as long as it likes");
        }

        @Override
        public boolean done() {
          return false;
        }
      };
    }

    @Override
    public void sleep(Duration duration) {
      throw new AssertionError("nobody sleeps here");
    }
  }

  /** Remembers what was started, and may have no more threads. */
  private static final class CountedWorkers implements Workers {
    private final Workers real;
    private final List<Task> tasks = new ArrayList<>();
    private boolean none;

    CountedWorkers(Workers real) {
      this.real = real;
    }

    long running() {
      return tasks.stream().filter(task -> !task.done()).count();
    }

    @Override
    public Task start(String name, Runnable task) {
      if (none) {
        throw new HostException("no thread could be started");
      }
      Task started = real.start(name, task);
      tasks.add(started);
      return started;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      real.sleep(duration);
    }
  }
}
