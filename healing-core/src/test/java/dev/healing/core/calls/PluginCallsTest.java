package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.spi.Workers;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PluginCallsTest {
  private final TestHost host = new TestHost();
  private final List<String> said = new ArrayList<>();

  @AfterEach
  void end() {
    host.time().close();
  }

  /** A call whose answer can be kept, or not. */
  private PluginCalls.Call call(String plugin, boolean makesSense) {
    return new PluginCalls.Call() {
      @Override
      public String plugin() {
        return plugin;
      }

      @Override
      public void ask() {}

      @Override
      public void answered() {
        if (!makesSense) {
          throw new NullPointerException("in what it gave");
        }
        said.add(plugin);
      }

      @Override
      public void failed(String why) {
        said.add(plugin + " " + why);
      }
    };
  }

  @Test
  void anAnswerThatCannotBeKeptCostsItsOwnWordOnly() {
    PluginCalls calls = new PluginCalls("look", host.time(), host.workers());
    calls.begin(List.of(call("a", true), call("b", false), call("c", true)), () -> said.add("."));
    host.time().runReady();
    assertThat(said)
        .containsExactly(
            "a",
            "b gave what makes no sense: java.lang.NullPointerException: in what it gave",
            "c",
            ".");
  }

  @Test
  void aRoundThatNoThreadCanBeStartedForIsGivenUp() {
    PluginCalls calls = new PluginCalls("look", host.time(), new NoThreads());
    calls.begin(List.of(call("a", true)), () -> said.add("."));
    host.time().advance(Duration.ofSeconds(2));
    calls.enforce(Duration.ofSeconds(2));
    assertThat(said).hasSize(2).last().isEqualTo(".");
    assertThat(said.get(0)).startsWith("a got no worker");
  }

  @Test
  void aRoundWhoseThreadDiesOfAnErrorIsGivenUp() {
    PluginCalls.Call dies =
        new PluginCalls.Call() {
          @Override
          public String plugin() {
            return "b";
          }

          @Override
          public void ask() {}

          @Override
          public void answered() {
            throw new OutOfMemoryError("of this test");
          }

          @Override
          public void failed(String why) {
            said.add("b " + why);
          }
        };
    PluginCalls calls = new PluginCalls("look", host.time(), host.workers());
    calls.begin(List.of(call("a", true), dies, call("c", true)), () -> said.add("."));
    assertThatThrownBy(host.time()::runReady).isInstanceOf(OutOfMemoryError.class);
    host.time().advance(Duration.ofSeconds(2));
    calls.enforce(Duration.ofSeconds(2));
    assertThat(said).hasSize(3).startsWith("a").endsWith(".");
    assertThat(said.get(1)).startsWith("c got no worker");
  }

  /** The system gives no more. */
  private record NoThreads() implements Workers {
    @Override
    public Task start(String name, Runnable task) {
      throw new HostException("no thread could be started");
    }

    @Override
    public void sleep(Duration duration) {
      throw new AssertionError("nobody sleeps here");
    }
  }
}
