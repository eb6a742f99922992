package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Confidence;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Event;
import dev.healing.api.Fingerprint;
import dev.healing.api.Incident;
import dev.healing.api.Outcome;
import dev.healing.api.Pattern;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.core.Moody.Mood;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** learn → tell, with a knowledge base that does not always do its part. */
class LearningTest {
  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>();
  private final List<String> happened = new ArrayList<>();
  private final List<String> ended = new ArrayList<>();
  private List<Pattern> patterns = List.of();
  private final Moody recording = new Moody(host.workers());
  private final HealingEngine engine =
      HealingEngine.builder()
          .host(host)
          .discoverPlugins(false)
          .add(
              Given.detector(
                  "services",
                  state ->
                      Detection.of(
                          broken.stream().map(unit -> Given.issue(state.at(), unit)).toList())))
          .add(Given.action(Given.RESTART, Risk.LOW, execution -> mend()))
          .add(new Knowledge())
          .build();

  private ActionReport mend() {
    broken.clear();
    return ActionReport.done("mended");
  }

  private final class Knowledge implements KnowledgeBaseProvider, KnowledgeBase {
    @Override
    public String name() {
      return "moody";
    }

    @Override
    public KnowledgeBase create(HostContext context) {
      return this;
    }

    @Override
    public Confidence confidence(Fingerprint fingerprint, ActionId action) {
      return Confidence.UNKNOWN;
    }

    @Override
    public void record(Collection<Receipt> receipts) {
      recording.answer(() -> receipts);
      receipts.forEach(receipt -> happened.add("learned " + receipt.target()));
    }

    @Override
    public void ended(Collection<Incident> incidents) {
      incidents.forEach(incident -> ended.add(incident.status() + " " + happened));
    }

    @Override
    public List<Pattern> patterns() {
      return recording.answer(() -> patterns);
    }

    @Override
    public String export() {
      return "{}";
    }

    @Override
    public void close() {
      happened.add("closed");
    }
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private void run(Duration duration) {
    new EngineDriver(host.time(), engine).run(duration);
  }

  private void heal(String unit) {
    broken.add(unit);
    CompletionStage<Receipt> receipt = engine.heal(Given.issue(host.time().now(), unit));
    receipt.thenAccept(r -> happened.add("told " + r.target() + " " + r.outcome()));
    run(Duration.ofSeconds(2));
  }

  @Test
  void whatHappenedIsToldWhenItHasBeenLearned() {
    engine.open();
    engine.addListener(
        event -> {
          if (event.kind() == Event.Kind.ACTION_FINISHED) {
            happened.add("announced");
          }
        });
    heal("web.service");
    assertThat(happened).startsWith("learned web.service").contains("announced");
    assertThat(happened).contains("told web.service " + Outcome.HEALED);
  }

  @Test
  void whatKeepsHappeningIsToldWhenItHasHappenedAgain() {
    engine.open();
    List<String> told = new ArrayList<>();
    engine.addListener(
        event -> {
          if (event.kind() == Event.Kind.PATTERN) {
            told.add(event.message());
          }
        });
    patterns = List.of(pattern("web.service"));
    run(Duration.ofHours(2));
    assertThat(told).isEmpty();
    heal("web.service");
    assertThat(told).containsExactly("web.service came 3 times; fix the cause");
    patterns = List.of(pattern("web.service"), pattern("db.service"));
    heal("db.service");
    assertThat(told).as("asked once an hour").hasSize(1);
    run(Duration.ofHours(1));
    heal("db.service");
    assertThat(told).hasSize(2).last().asString().startsWith("db.service");
  }

  private static Pattern pattern(String unit) {
    return new Pattern(
        Pattern.Kind.RECURRING,
        Given.issue(VirtualTime.START, unit).fingerprint(),
        Optional.empty(),
        Optional.empty(),
        3,
        3,
        Optional.empty(),
        unit + " came 3 times",
        "fix the cause");
  }

  @Test
  void howAnIncidentEndedIsLearnedAfterWhatWasDone() {
    engine.open();
    heal("web.service");
    assertThat(ended).singleElement().asString().startsWith("HEALED [learned web.service");
  }

  /** Somebody's word alone is no incident. */
  @Test
  void whatWasNeverSeenIsNotLearnedToHaveEnded() {
    engine.open();
    engine.heal(Given.issue(host.time().now(), "well.service"));
    run(Duration.ofSeconds(3));
    assertThat(engine.incidents()).hasSize(1).allMatch(Incident::closed);
    assertThat(ended).isEmpty();
  }

  @Test
  void aKnowledgeBaseThatThrowsIsTroubleUntilItLearnsAgain() {
    engine.open();
    recording.mood = Mood.THROWS;
    heal("web.service");
    assertThat(happened).containsExactly("told web.service HEALED");
    assertThat(engine.status().trouble()).anyMatch(trouble -> trouble.contains("boom"));

    recording.mood = Mood.WORKS;
    heal("db.service");
    assertThat(happened).contains("learned db.service");
    assertThat(engine.status().trouble()).isEmpty();
  }

  @Test
  void closingAnswersWhoWaitsForWhatIsStillBeingLearned() {
    engine.open();
    broken.add("a.service");
    recording.mood = Moody.Mood.HANGS;
    CompletableFuture<Receipt> healed =
        engine.heal(Given.issue(host.time().now(), "a.service")).toCompletableFuture();
    run(Duration.ofSeconds(3));
    CompletableFuture<?> reloaded = engine.reload(Configuration.empty()).toCompletableFuture();
    engine.turn();
    assertThat(healed).isNotDone();
    assertThat(reloaded).isNotDone();

    engine.close();

    assertThat(healed).isCompletedExceptionally();
    assertThat(reloaded).isCompletedExceptionally();
  }

  @Test
  void aKnowledgeBaseThatHangsIsToldWhatItMissedWhenItComesBack() {
    engine.open();
    recording.mood = Mood.HANGS;
    heal("web.service");
    run(Duration.ofSeconds(2));
    heal("db.service");
    heal("cache.service");
    assertThat(happened)
        .containsExactly(
            "told web.service HEALED", "told db.service HEALED", "told cache.service HEALED");
    assertThat(engine.status().trouble()).anyMatch(trouble -> trouble.contains("come back"));
    assertThat(host.time().tasks()).as("stuck threads").isEqualTo(1);

    recording.mood = Mood.WORKS;
    run(Duration.ofSeconds(5));
    assertThat(happened)
        .contains("learned web.service", "learned db.service", "learned cache.service")
        .doesNotHaveDuplicates();
    assertThat(engine.status().trouble()).isEmpty();
  }

  @Test
  void whatOneThatHangsWasNotToldTheOneAfterAReloadIs() {
    engine.open();
    recording.mood = Mood.HANGS;
    heal("web.service");
    run(Duration.ofSeconds(2));
    heal("db.service");
    CompletableFuture<?> reloaded = engine.reload(Configuration.empty()).toCompletableFuture();
    run(Duration.ofMillis(1));
    assertThat(reloaded).isCompleted();

    recording.mood = Mood.WORKS;
    run(Duration.ofSeconds(5));

    assertThat(happened).contains("learned db.service").doesNotHaveDuplicates();
    assertThat(engine.status().trouble()).isEmpty();
  }

  @Test
  void aReloadWaitsUntilTheOldOneHasLearnedTheLastAndIsClosed() {
    engine.open();
    recording.mood = Mood.HANGS;
    heal("web.service");
    engine
        .reload(Configuration.of(Map.of("interval", "2s")))
        .thenAccept(none -> happened.add("reloaded"));
    engine
        .reload(Configuration.of(Map.of("interval", "3s")))
        .thenAccept(none -> happened.add("reloaded again"));
    run(Duration.ofMillis(100));
    assertThat(happened).isEmpty();
    recording.mood = Mood.WORKS;
    run(Duration.ofSeconds(5));
    assertThat(happened)
        .containsExactly(
            "learned web.service",
            "told web.service HEALED",
            "closed",
            "reloaded",
            "closed",
            "reloaded again");
  }
}
