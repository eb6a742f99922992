package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import dev.healing.spi.Workers;
import dev.healing.testkit.HostAround;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of several actions that are to begin at once, one cannot. */
class HalfStartedTest {
  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>(List.of("a.service", "b.service", "c.service"));

  @AfterEach
  void end() {
    host.time().close();
  }

  private EngineBuilder engine(Workers workers) {
    HostAround around =
        new HostAround(host) {
          @Override
          public Workers workers() {
            return workers;
          }
        };
    return Given.engine(around, Map.of("limits", Map.of("cooldown", "1s")))
        .add(
            Given.detector(
                "services",
                state ->
                    Detection.of(broken.stream().map(b -> Given.issue(state.at(), b)).toList())));
  }

  private List<Receipt> receipts(EngineBuilder builder, Duration after) {
    HealingEngine engine = builder.build();
    engine.open();
    new EngineDriver(host.time(), engine).run(after);
    return engine.audit().history(10);
  }

  @Test
  void noThreadForOneIsAnActionThatWasNotBegunAndIsTriedAgain() {
    FewThreads few = new FewThreads(host.workers(), "execute restart_service b.service");
    EngineBuilder builder =
        engine(few).add(new Given.Actions("restart_service", new Mends("none")));
    List<Receipt> receipts = receipts(builder, Duration.ofMinutes(2));
    assertThat(receipts).filteredOn(r -> r.outcome() == Outcome.HEALED).hasSize(3);
    assertThat(receipts)
        .filteredOn(r -> r.outcome() != Outcome.HEALED)
        .singleElement()
        .satisfies(r -> assertThat(r.outcome()).isEqualTo(Outcome.NOT_ATTEMPTED))
        .satisfies(r -> assertThat(r.detail()).contains("no thread"));
    assertThat(broken).isEmpty();
  }

  @Test
  void noThreadToWorkOutWhatWouldBeDoneIsKnownAtOnceAndNotWhenSomethingElseRuns() {
    FewThreads few = new FewThreads(host.workers(), "prepare restart_service");
    EngineBuilder builder =
        engine(few).add(new Given.Actions("restart_service", new Mends("none")));
    List<Receipt> receipts = receipts(builder, Duration.ofHours(1));
    assertThat(few.refused).isTrue();
    assertThat(receipts).hasSize(3).allMatch(r -> r.outcome() == Outcome.HEALED);
    assertThat(broken).isEmpty();
  }

  @Test
  void noThreadToHaveOthersListenIsToldAndTheNextReloadIsWhole() {
    FewThreads few = new FewThreads(host.workers(), "triggers");
    List<String> happened = new ArrayList<>();
    HealingEngine engine = engine(few).add(new Bell(happened, new AtomicInteger())).build();
    engine.open();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    CompletableFuture<?> first = engine.reload(Configuration.empty()).toCompletableFuture();
    driver.run(Duration.ofSeconds(5));
    assertThatThrownBy(first::join).hasMessageContaining("no thread could be started");
    CompletableFuture<?> second = engine.reload(Configuration.empty()).toCompletableFuture();
    driver.run(Duration.ofSeconds(5));
    assertThat(second).isCompleted();
    assertThat(happened).containsExactly("1 listens", "1 closed", "3 listens");
  }

  @Test
  void whatGoesWrongWithOneStopsNoOther() {
    FewThreads few =
        new FewThreads(
            host.workers(),
            "execute restart_service b.service",
            () -> new ArithmeticException("long overflow"));
    EngineBuilder builder =
        engine(few).add(new Given.Actions("restart_service", new Mends("none")));
    List<Receipt> receipts = receipts(builder, Duration.ofMinutes(2));
    assertThat(receipts).filteredOn(r -> r.outcome() == Outcome.HEALED).hasSize(3);
    assertThat(receipts)
        .filteredOn(r -> r.outcome() == Outcome.NOT_ATTEMPTED)
        .singleElement()
        .satisfies(r -> assertThat(r.detail()).contains("nothing was done", "long overflow"));
    assertThat(broken).isEmpty();
  }

  @Test
  void whatAnActionSaysOfItselfIsAskedBeforeItIsBegun() {
    EngineBuilder builder =
        engine(host.workers()).add(new Given.Actions("restart_service", new Mends("b.service")));
    List<Receipt> receipts = receipts(builder, Duration.ofMinutes(1));
    assertThat(receipts).extracting(Receipt::target).containsOnly("a.service", "c.service");
    assertThat(broken).containsExactly("b.service");
  }

  /** Mends what it is asked to; of one it cannot say whether that would destroy anything. */
  private final class Mends implements HealingAction {
    private final String unsure;

    Mends(String unsure) {
      this.unsure = unsure;
    }

    @Override
    public ActionDescription description() {
      return new ActionDescription(
          Given.RESTART,
          "mends",
          Set.of(Given.TYPE),
          Risk.LOW,
          Set.of(),
          true,
          "break it again",
          Duration.ofSeconds(1),
          Duration.ofSeconds(60));
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String target = issue.components().first();
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Given.preview(target);
        }

        @Override
        public boolean destroys() {
          if (target.equals(unsure)) {
            throw new IllegalStateException("who knows");
          }
          return false;
        }

        @Override
        public ActionReport execute(Execution execution) {
          broken.remove(target);
          return ActionReport.done("mended");
        }
      };
    }
  }

  /** A thread for everything, but the first time for one task. */
  private static final class FewThreads implements Workers {
    private final Workers workers;
    private final String without;
    private final Supplier<RuntimeException> why;
    private boolean refused;

    FewThreads(Workers workers, String without) {
      this(workers, without, () -> new HostException("no thread could be started"));
    }

    FewThreads(Workers workers, String without, Supplier<RuntimeException> why) {
      this.workers = workers;
      this.without = without;
      this.why = why;
    }

    @Override
    public Task start(String name, Runnable task) {
      if (name.equals(without) && !refused) {
        refused = true;
        throw why.get();
      }
      return workers.start(name, task);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      workers.sleep(duration);
    }
  }

  private record Bell(List<String> happened, AtomicInteger made) implements TriggerProvider {
    @Override
    public String name() {
      return "bell";
    }

    @Override
    public Trigger create(HostContext context) {
      int number = made.incrementAndGet();
      return new Trigger() {
        @Override
        public String start(Wake wake) {
          happened.add(number + " listens");
          return "a bell";
        }

        @Override
        public void close() {
          happened.add(number + " closed");
        }
      };
    }
  }
}
