package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.PreparedAction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OneHealTest {
  private static final IssueType TYPE = IssueType.of("lamp_broken");

  private final Set<String> broken = ConcurrentHashMap.newKeySet();
  private final List<String> mended = new CopyOnWriteArrayList<>();

  @Test
  @Timeout(60)
  void ofTwoBrokenThingsOnlyTheOneThatWasAskedForIsHealed(@TempDir Path state) {
    broken.addAll(Set.of("asked", "other"));
    Answer answer;
    try (LinuxHost host = LinuxHost.open(state)) {
      answer =
          OneHeal.with(
              builder(host),
              engine -> {
                Issue wanted =
                    engine.look().issues().stream()
                        .filter(issue -> issue.components().contains("asked"))
                        .findFirst()
                        .orElseThrow();
                return () -> engine.request(wanted);
              });
    }

    assertThat(answer.result().path("outcome").asString()).isEqualTo("HEALED");
    assertThat(answer.exit()).isZero();
    assertThat(mended).containsExactly("asked");
    assertThat(broken).containsExactly("other");
  }

  private HealingEngine.Builder builder(LinuxHost host) {
    HealingEngine.Builder builder =
        HealingEngine.builder()
            .host(host)
            .configuration(Configuration.of(Map.of("limits", Map.of("health-floor", 0))))
            .discoverPlugins(false)
            .add(new Lamps())
            .add(new NewLamp());
    ServiceLoader.load(KnowledgeBaseProvider.class).findFirst().ifPresent(builder::add);
    return builder;
  }

  private final class Lamps implements DetectorProvider, Detector {
    @Override
    public String name() {
      return "lamps";
    }

    @Override
    public Detector create(HostContext context) {
      return this;
    }

    @Override
    public Set<IssueType> reports() {
      return Set.of(TYPE);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.of(
          broken.stream()
              .map(
                  lamp ->
                      Issue.of(
                          state.at(),
                          TYPE,
                          Severity.HIGH,
                          lamp + " is dark",
                          Map.of(),
                          List.of(lamp)))
              .toList());
    }
  }

  private final class NewLamp implements ActionProvider, HealingAction {
    @Override
    public String name() {
      return "new_lamp";
    }

    @Override
    public HealingAction create(HostContext context) {
      return this;
    }

    @Override
    public ActionDescription description() {
      return new ActionDescription(
          ActionId.of(name()),
          "puts a new lamp in",
          Set.of(TYPE),
          Risk.LOW,
          Set.of(),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ZERO,
          Duration.ofSeconds(10));
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String lamp = issue.components().iterator().next();
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Preview.of(lamp, lamp, Duration.ofMillis(10), Map.of(), "a new lamp in " + lamp);
        }

        @Override
        public ActionReport execute(Execution execution) {
          broken.remove(lamp);
          mended.add(lamp);
          return ActionReport.done("shines");
        }
      };
    }
  }
}
