package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What is promised where the action cannot tell beforehand: a throttle of work in the background.
 */
class AppraisalTest {
  private static final Metric WAITING = OthersWait.metric("backup.service");

  private final TestHost host = new TestHost();
  private final Experience experience = new Experience(host.state());

  @AfterEach
  void end() {
    host.time().close();
  }

  private Opportunity found() {
    Issue issue =
        Issue.of(
            host.time().now(),
            IssueType.PROCESSOR_CONTENDED,
            Severity.LOW,
            "others wait",
            Estimate.less(WAITING, 0.3, -0.2),
            Set.of("backup.service"));
    return Estimate.opportunity(
        OptimizationType.PROCESS_OPTIMIZATION,
        ActionId.THROTTLE_SERVICE,
        issue,
        6,
        0.7,
        "less to wait",
        true);
  }

  private Opportunity afterItBrought(double change) {
    Issue issue = found().issue();
    experience.add(
        found(),
        new Receipt(
            "r",
            "i",
            issue.type(),
            issue.components(),
            ActionId.THROTTLE_SERVICE,
            "backup.service",
            Origin.AUTOMATIC,
            Outcome.UNCHANGED,
            host.time().now(),
            Optional.of(host.time().now()),
            host.time().now(),
            issue.metrics(),
            new TreeMap<>(Map.of(WAITING.toString(), 0.3 + change)),
            0.5,
            List.of(),
            List.of(),
            new TreeMap<>(),
            List.of(),
            "done"));
    return new Appraisal(
            (i, action, validator) -> new CompletableFuture<>(),
            host.time(),
            experience,
            Duration.ofDays(1))
        .of(found(), HostStates.at(host.time().now()).build())
        .orElseThrow()
        .opportunity();
  }

  @Test
  void whatItBroughtBeforeIsWhatIsPromised() {
    Opportunity again = afterItBrought(-0.12);
    assertThat(again.benefit()).endsWith("as a rule it brings 12.0 %");
    assertThat(again.estimate().orElseThrow().estimated().orElseThrow()).isCloseTo(-0.12, near());
  }

  @Test
  void whatMadeItWorseIsNotPromisedAgain() {
    Opportunity again = afterItBrought(0.04);
    assertThat(again.benefit()).endsWith("as a rule it brings nothing");
    assertThat(again.estimate().orElseThrow().estimated()).hasValue(0);
  }

  private static Offset<Double> near() {
    return Offset.offset(1e-9);
  }
}
