package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Receipt;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.notify.Notifier;
import dev.healing.spi.Detector;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class RequestsTest {
  private final Lamps lamps = new Lamps();

  @Test
  @Timeout(60)
  void anOpportunityIsAppliedOnThePersonsWord(@TempDir Path state) {
    Answer answer;
    try (LinuxHost host = LinuxHost.open(state);
        HealingEngine engine = lamps.builder(host, "suggest").add(new Flickering()).build()) {
      engine.look();
      engine.start();
      answer =
          answer(
              engine,
              host,
              JsonText.object().put("verb", "opportunities").put("apply", "flickers"));
    }

    assertThat(answer.result().path("outcome").asString()).isEqualTo("HEALED");
    assertThat(answer.result().path("origin").asString()).isEqualTo("REQUESTED");
    assertThat(answer.exit()).isZero();
    assertThat(lamps.mended).containsExactly("hall");
  }

  private static Answer answer(HealingEngine engine, LinuxHost host, ObjectNode request) {
    return new Requests(
            engine,
            host,
            Configuration::empty,
            () -> CompletableFuture.completedFuture("nothing"),
            new Notifier(host, Optional.empty()))
        .answer(request)
        .toCompletableFuture()
        .join();
  }

  /** As a script sends it whose variable is empty. */
  @Test
  @Timeout(60)
  void aPauseForNothingIsNoneForEver(@TempDir Path state) {
    try (LinuxHost host = LinuxHost.open(state);
        HealingEngine engine = lamps.builder(host, "suggest").build()) {
      for (ObjectNode request :
          List.of(JsonText.object().put("for", ""), JsonText.object().putNull("for"))) {
        request.put("verb", "pause");
        assertThat(answer(engine, host, request).exit()).isEqualTo(Exit.USAGE);
        assertThat(answer(engine, host, request).error().orElseThrow()).contains("'for' is ''");
      }
      assertThat(state.resolve("pause")).doesNotExist();
    }
  }

  @Test
  @Timeout(60)
  void aDryRunThatIsSaidWronglyIsNotTheRealOne(@TempDir Path state) {
    lamps.broken.add("hall");
    try (LinuxHost host = LinuxHost.open(state);
        HealingEngine engine = lamps.builder(host, "suggest").build()) {
      engine.start();
      ObjectNode request = JsonText.object().put("verb", "heal").put("type", "lamp_broken");
      request.put("component", "hall").put("dryRun", "yes");
      assertThat(answer(engine, host, request).error().orElseThrow())
          .contains("'dryRun' is neither true nor false");
    }
    assertThat(lamps.mended).isEmpty();
  }

  /** The lamp in the hall flickers until it is replaced. */
  private final class Flickering implements OptimizerProvider, Optimizer, Detector {
    @Override
    public String name() {
      return "flickering";
    }

    @Override
    public Optimizer create(HostContext context, Healer healer) {
      return this;
    }

    @Override
    public Set<IssueType> reports() {
      return Set.of(Lamps.TYPE);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.of(flickering(state.at()).map(List::of).orElse(List.of()));
    }

    private Optional<Issue> flickering(Instant at) {
      return lamps.mended.isEmpty() ? Optional.of(Lamps.dark(at, "hall")) : Optional.empty();
    }

    @Override
    public List<Opportunity> findOpportunities(HostState state) {
      return flickering(state.at()).stream()
          .map(
              issue ->
                  new Opportunity(
                      "flickers",
                      OptimizationType.SERVICE_TUNING,
                      Lamps.NEW_LAMP,
                      issue,
                      5,
                      0.9,
                      "light",
                      true))
          .toList();
    }

    @Override
    public CompletionStage<Receipt> apply(Opportunity opportunity, Healer healer) {
      return healer.heal(opportunity.issue(), opportunity.action(), this);
    }
  }
}
