package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.RefusedException;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.Healer;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ProactiveOptimizerTest {
  private record Asked(Issue issue, Optional<ActionId> action, Detector validator) {}

  private final List<Asked> asked = new ArrayList<>();
  private final Healer healer =
      (issue, action, validator) -> {
        asked.add(new Asked(issue, action, validator));
        return CompletableFuture.completedFuture(receipt(issue, action.orElseThrow()));
      };

  private final TestHost host = new TestHost();

  private ProactiveOptimizer optimizer(double minScore) {
    return new ProactiveOptimizer(
        host,
        healer,
        List.of(new MemoryFinder(0.7), new DiskFinder(0.8, Duration.ofDays(30))),
        minScore,
        40,
        new Windows(List.of(), ZoneOffset.UTC),
        Duration.ofDays(1),
        true);
  }

  private static Receipt receipt(Issue issue, ActionId action) {
    return new Receipt(
        "r1",
        "i1",
        issue.type(),
        issue.components(),
        action,
        issue.components().first(),
        Origin.REQUESTED,
        Outcome.HEALED,
        issue.detectedAt(),
        Optional.of(issue.detectedAt()),
        issue.detectedAt(),
        new TreeMap<>(),
        new TreeMap<>(),
        0.5,
        List.of("free it"),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "done");
  }

  private static HostState full() {
    return HostStates.now().memory(0.7).disk("/", 0.8).disk("/var", 0.99).build();
  }

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(OptimizerProvider.class))
        .extracting(OptimizerProvider::name)
        .containsExactly("proactive");
  }

  @Test
  void ranksByScoreBestFirst() {
    List<Opportunity> found = optimizer(3).findOpportunities(full());

    assertThat(found)
        .extracting(o -> o.issue().components().first())
        .containsExactly("/var", "/", "memory");
    assertThat(found).extracting(Opportunity::score).isSortedAccordingTo((a, b) -> -a.compareTo(b));
  }

  @Test
  void leavesOutWhatIsNotWorthIt() {
    assertThat(optimizer(3.5).findOpportunities(full()))
        .extracting(Opportunity::type)
        .containsOnly(OptimizationType.DISK_CLEANUP);
  }

  @Test
  void anIdentityIsTheSameInEveryLook() {
    assertThat(optimizer(3).findOpportunities(HostStates.now().memory(0.8).build()).get(0).id())
        .isEqualTo(
            optimizer(3).findOpportunities(HostStates.now().memory(0.9).build()).get(0).id());
  }

  @Test
  void findingAsksTheHealerNothing() {
    optimizer(0).findOpportunities(full());

    assertThat(asked).isEmpty();
  }

  @Test
  void appliesThroughTheHealerWithItsActionAndItsOwnEyes() {
    ProactiveOptimizer optimizer = optimizer(3);
    Opportunity best = optimizer.findOpportunities(full()).get(0);

    CompletionStage<Receipt> receipt = optimizer.apply(best, healer);
    host.time().runReady();

    assertThat(receipt.toCompletableFuture().join().outcome()).isEqualTo(Outcome.HEALED);
    assertThat(asked).hasSize(1);
    assertThat(asked.get(0).issue()).isEqualTo(best.issue());
    assertThat(asked.get(0).action()).contains(ActionId.CLEAN_DISK);
    Detector validator = asked.get(0).validator();
    assertThat(validator.reports()).containsExactly(best.issue().type());
    assertThat(validator.detect(full()).issues())
        .extracting(Issue::fingerprint)
        .containsExactly(best.issue().fingerprint());
    assertThat(
            validator.detect(HostStates.now().memory(0.9).disk("/", 0.9).disk("/var", 0.6).build()))
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatCannotBeLookedAtAgainIsNotCalledGone() {
    ProactiveOptimizer optimizer = optimizer(3);
    optimizer.apply(optimizer.findOpportunities(full()).get(0), healer);

    Detection without = asked.get(0).validator().detect(HostStates.now().disk("/", 0.5).build());

    assertThat(without.issues()).isEmpty();
    assertThat(without.unreadable()).extracting(u -> u.what()).containsExactly("/var");
  }

  @Test
  void refusesWhatItDidNotFind() {
    Issue foreign =
        Issue.of(
            VirtualTime.START,
            IssueType.MEMORY_HIGH,
            Severity.LOW,
            "something",
            Map.of(),
            Set.of("memory"));
    CompletionStage<Receipt> receipt =
        optimizer(3)
            .apply(
                Estimate.opportunity(
                    OptimizationType.NETWORK_TUNING,
                    ActionId.FREE_MEMORY,
                    foreign,
                    5,
                    0.9,
                    "much",
                    true),
                healer);

    assertThat(receipt)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(RefusedException.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void everyKindCanBeSetAndSwitchedOff() {
    Configuration configuration =
        Configuration.of(
            Map.of(
                "memory",
                "off",
                "disk",
                Map.of("from", "60%"),
                "generations",
                Map.of("keep", 5),
                "store",
                "off"));

    Optimizer optimizer =
        new ProactiveOptimizerProvider()
            .create(new TestHost().withConfiguration(configuration), healer);

    assertThat(optimizer.findOpportunities(HostStates.now().memory(0.9).disk("/", 0.65).build()))
        .extracting(Opportunity::type)
        .containsExactly(OptimizationType.DISK_CLEANUP);
    assertThat(configuration.problems()).isEmpty();
  }

  @Test
  void noNumberComesFromNowhere() {
    HostState halfRead = HostStates.now().sample(Metric.MEMORY_USED, 0.99).build();

    assertThat(optimizer(0).findOpportunities(halfRead)).isEmpty();
  }
}
