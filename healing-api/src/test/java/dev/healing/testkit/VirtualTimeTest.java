package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.spi.Workers.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
  private final VirtualTime time = new VirtualTime();
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void end() {
    time.close();
  }

  private Task sleeper(String name, Duration every, int times) {
    return time.start(
        name,
        () -> {
          for (int i = 0; i < times; i++) {
            pause(every);
            log.add(name + "@" + Duration.between(VirtualTime.START, time.now()).toSeconds());
          }
        });
  }

  private void pause(Duration duration) {
    try {
      time.sleep(duration);
    } catch (InterruptedException e) {
      log.add("cancelled");
    }
  }

  @Test
  void tasksRunInTheOrderInWhichTheyBecomeDue() {
    sleeper("a", Duration.ofSeconds(2), 3);
    sleeper("b", Duration.ofSeconds(3), 2);

    time.advance(Duration.ofSeconds(6));

    assertThat(log).containsExactly("a@2", "b@3", "a@4", "b@6", "a@6");
    assertThat(time.tasks()).isZero();
  }

  @Test
  void nothingRunsBeforeTheDriverSaysSo() {
    Task task = time.start("now", () -> log.add("ran"));
    assertThat(log).isEmpty();
    assertThat(task.done()).isFalse();

    time.runReady();

    assertThat(log).containsExactly("ran");
    assertThat(task.done()).isTrue();
  }

  @Test
  void aCancelledTaskIsInterruptedWhereItSleeps() {
    Task task = sleeper("a", Duration.ofDays(400), 1);
    time.runReady();

    task.cancel();
    time.runReady();

    assertThat(log).containsExactly("cancelled", "a@0");
  }

  @Test
  void aKilledTaskDoesNotGoOn() {
    time.start(
        "stubborn",
        () -> {
          try {
            pause(Duration.ofHours(1));
            log.add("went on");
          } finally {
            pause(Duration.ofHours(1));
            log.add("went on in finally");
          }
        });
    time.start("never started", () -> log.add("started"));
    time.advance(Duration.ofMinutes(1));
    log.clear();

    time.killTasks();
    time.advance(Duration.ofDays(1));

    assertThat(log).isEmpty();
    assertThat(time.tasks()).isZero();
  }

  @Test
  void whatATaskThrowsReachesTheDriver() {
    time.start(
        "broken",
        () -> {
          throw new IllegalStateException("broken");
        });
    time.start("other", () -> log.add("other"));

    assertThatThrownBy(time::runReady).hasMessage("broken");
    time.runReady();

    assertThat(log).containsExactly("other");
  }

  @Test
  void clocksJumpAndHostsReboot() {
    String boot = time.bootId();
    long before = time.monotonicNanos();

    time.jumpWall(Duration.ofDays(-3));
    assertThat(time.now()).isEqualTo(VirtualTime.START.minus(Duration.ofDays(3)));
    assertThat(time.monotonicNanos()).isEqualTo(before);

    time.advance(Duration.ofHours(1));
    time.reboot(Duration.ofMinutes(2));
    assertThat(time.bootId()).isNotEqualTo(boot);
    assertThat(time.monotonicNanos()).isEqualTo(VirtualTime.UPTIME.toNanos());
    assertThat(time.now())
        .isEqualTo(VirtualTime.START.minus(Duration.ofDays(3)).plusSeconds(3600 + 120));
  }

  @Test
  void theDriverCannotSleepAndATaskCannotDrive() {
    assertThatThrownBy(() -> time.sleep(Duration.ZERO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("advance");
    time.start("driving", time::runReady);
    assertThatThrownBy(time::runReady)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("driving");
  }

  @Test
  void aTaskStartedByATaskRunsInTheSameGo() {
    time.start("outer", () -> time.start("inner", () -> log.add("inner")));

    time.runReady();

    assertThat(log).containsExactly("inner");
    assertThat(time.nextWakeNanos()).isEmpty();
  }

  @Test
  void handOversAreCheap() {
    for (int round = 0; round < 2; round++) {
      long from = System.nanoTime();
      int turns = 100_000;
      for (int i = 0; i < turns; i++) {
        time.start("tick", () -> {});
        time.runReady();
      }
      long each = (System.nanoTime() - from) / turns;
      System.getLogger("testkit").log(System.Logger.Level.INFO, "round trip: " + each + " ns");
    }
    int[] wakes = {0};
    time.start(
        "minutes",
        () -> {
          while (wakes[0] < 1_000_000) {
            pause(Duration.ofMinutes(1));
            wakes[0]++;
          }
        });
    long from = System.nanoTime();
    time.advance(Duration.ofDays(365 * 2));
    System.getLogger("testkit")
        .log(System.Logger.Level.INFO, "sleep: " + (System.nanoTime() - from) / wakes[0] + " ns");
    assertThat(wakes[0]).isEqualTo(1_000_000);
  }
}
