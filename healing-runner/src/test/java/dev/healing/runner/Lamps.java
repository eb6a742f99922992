package dev.healing.runner;

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
import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Lamps that break and are mended; all that an engine for them needs. */
final class Lamps {
  static final IssueType TYPE = IssueType.of("lamp_broken");
  static final ActionId NEW_LAMP = ActionId.of("new_lamp");

  final Set<String> broken = ConcurrentHashMap.newKeySet();
  Configuration configuration = Configuration.empty();
  final List<String> mended = new CopyOnWriteArrayList<>();

  /** How long putting one in is said to take. */
  volatile Duration takes = Duration.ofMillis(10);

  /** Until this, none is put in. */
  volatile CountDownLatch ready = new CountDownLatch(0);

  private static final Map<String, String> FACTS =
      Map.of(
          "boot-id", "1f6f4e0c-9f5a-4a3e-8a58-0a1b2c3d4e5f",
          "invocation-id", "7c9e6679f3b44c1b9d3c5a2b1e0f4d6a",
          "restarted", "hall.service hall-lights.service",
          "state", "failed");

  private void await() {
    try {
      ready.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  EngineBuilder builder(LinuxHost host, String autonomy) {
    configuration =
        Configuration.of(Map.of("autonomy", autonomy, "limits", Map.of("health-floor", 0)));
    EngineBuilder builder =
        HealingEngine.builder()
            .host(host)
            .configuration(configuration)
            .discoverPlugins(false)
            .add(new Darkness())
            .add(new NewLamp());
    ServiceLoader.load(KnowledgeBaseProvider.class).findFirst().ifPresent(builder::add);
    return builder;
  }

  static Issue dark(Instant at, String lamp) {
    Severity severity = lamp.equals("attic") ? Severity.LOW : Severity.HIGH;
    return Issue.of(at, TYPE, severity, lamp + " is dark", Map.of(), List.of(lamp));
  }

  private final class Darkness implements DetectorProvider, Detector {
    @Override
    public String name() {
      return "darkness";
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
      return Detection.of(broken.stream().map(lamp -> dark(state.at(), lamp)).toList());
    }
  }

  private final class NewLamp implements ActionProvider, HealingAction {
    @Override
    public String name() {
      return NEW_LAMP.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return this;
    }

    @Override
    public ActionDescription description() {
      return new ActionDescription(
          NEW_LAMP,
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
          return Preview.of(
              lamp, lamp, takes, FACTS, "take out what is in " + lamp, "a new lamp in " + lamp);
        }

        @Override
        public ActionReport execute(Execution execution) {
          await();
          broken.remove(lamp);
          mended.add(lamp);
          return ActionReport.done("shines");
        }
      };
    }
  }
}
