package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.StateStore;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.InMemoryStateStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BusyByHourTest {
  private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");

  private final InMemoryStateStore store = new InMemoryStateStore();

  private static HostState at(long minute) {
    return HostStates.at(BEGIN.plus(Duration.ofMinutes(minute)))
        .sample(Metric.CPU_BUSY, 0.5)
        .build();
  }

  private void learnADay(BusyByHour hours) {
    for (int minute = 0; minute < 24 * 60; minute++) {
      hours.learn(at(minute));
    }
  }

  /** A store whose calls of these names fail once. */
  private StateStore failing(Set<String> calls) {
    int[] left = {1};
    return (StateStore)
        Proxy.newProxyInstance(
            StateStore.class.getClassLoader(),
            new Class<?>[] {StateStore.class},
            (proxy, method, arguments) -> {
              if (calls.contains(method.getName()) && left[0]-- > 0) {
                throw new HostException("Too many open files");
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void whatCannotBeReadOnceIsNotForgotten() {
    learnADay(new BusyByHour(store, ZoneOffset.UTC));
    BusyByHour after = new BusyByHour(failing(Set.of("document")), ZoneOffset.UTC);

    for (int minute = 24 * 60; minute < 25 * 60; minute++) {
      after.learn(at(minute));
    }

    assertThat(after.known()).isTrue();
    assertThat(new BusyByHour(store, ZoneOffset.UTC).known()).isTrue();
  }

  @Test
  void whatCannotBeWrittenIsWrittenLaterAndNobodyIsHeldUp() {
    BusyByHour hours = new BusyByHour(store, ZoneOffset.UTC);
    store.failWrites("No space left on device");
    assertThatNoException().isThrownBy(() -> learnADay(hours));
    store.healWrites();
    for (int minute = 24 * 60; minute < 25 * 60; minute++) {
      hours.learn(at(minute));
    }
    assertThat(new BusyByHour(store, ZoneOffset.UTC).known()).isTrue();
  }
}
