package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.Workers;
import dev.healing.testkit.TestHost;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BackgroundTest {
  private final TestHost host = new TestHost();
  private final Threads threads = new Threads();
  private final Background<Integer> pressing =
      new Background<>(
          context(), "count", Duration.ofSeconds(30), count -> true, Duration.ofMillis(200));
  private int asked;
  private Duration takes = Duration.ZERO;

  /** Threads of which none may be free, and whose answers may not come in time. */
  private final class Threads implements Workers {
    private boolean free = true;

    @Override
    public Task start(String name, Runnable task) {
      return host.workers().start(name, task);
    }

    @Override
    public <T> T call(String name, Duration atMost, Supplier<T> question) {
      if (free && takes.isZero()) {
        return question.get();
      }
      if (free) {
        start(name, question::get);
        host.time().runReady();
      }
      throw new HostException(name + ": it did not come back within " + atMost.toMillis() + " ms");
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      host.workers().sleep(duration);
    }
  }

  private HostContext context() {
    return (HostContext)
        Proxy.newProxyInstance(
            HostContext.class.getClassLoader(),
            new Class<?>[] {HostContext.class},
            (proxy, method, args) ->
                method.getName().equals("workers") ? threads : method.invoke(host, args));
  }

  private int count() {
    asked++;
    try {
      if (!takes.isZero()) {
        threads.sleep(takes);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return asked;
  }

  private int look() {
    host.time().advance(Duration.ofSeconds(1));
    return pressing.look(this::count).map(Background.Told::what).orElse(0);
  }

  @Test
  void whatNoThreadWasFreeForIsAskedAgain() {
    look();
    assertThat(look()).isEqualTo(2);
    threads.free = false;
    assertThat(look()).as("what was known").isEqualTo(2);
    assertThat(asked).isEqualTo(2);
    threads.free = true;
    assertThat(look()).isEqualTo(3);
  }

  @Test
  void whatHangsIsNotAskedAgainUntilItIsBack() {
    look();
    look();
    takes = Duration.ofHours(1);
    for (int i = 0; i < 100; i++) {
      look();
    }
    assertThat(asked).isEqualTo(3);
    assertThat(look()).as("not fresh any more").isZero();
    host.time().advance(Duration.ofHours(1));
    takes = Duration.ZERO;
    assertThat(look()).isEqualTo(4);
  }
}
