package dev.healing.runner.bench.fleet;

import dev.healing.api.Configuration;
import dev.healing.api.Event;
import dev.healing.core.DrivenEngine;
import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.detect.DiskFull;
import dev.healing.detect.MemoryHigh;
import dev.healing.detect.ServiceFailed;
import dev.healing.detect.SystemdTrigger;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.optimizer.ProactiveOptimizerProvider;
import dev.healing.optimizer.prediction.Prediction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.testkit.NoKnowledge;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What looks after a host. */
enum Arm {
  /** Nobody but the person who comes after hours. */
  OFF,
  /** The engine without learning and prevention: a fixed ladder of remedies. */
  LADDER,
  /** The engine with both, and what is worth doing is done by itself. */
  LEARNING,
  /** Who knows the truth: what nobody can do better. */
  ORACLE;

  /** Lets the host live for so long. */
  void live(FleetHost host, Duration span, Duration look) {
    if (this == ORACLE) {
      new Oracle(host);
    }
    if (this == OFF || this == ORACLE) {
      host.context().time().advance(span);
    } else {
      DrivenEngine driven = new DrivenEngine(host.context().time(), engine(host, look));
      driven.run(span);
    }
    host.context().time().close();
  }

  private HealingEngine engine(FleetHost host, Duration look) {
    EngineBuilder builder =
        HealingEngine.builder()
            .host(host.context())
            .discoverPlugins(false)
            .configuration(Configuration.of(configuration(look)))
            .add(sampler(host))
            .add(new SystemdTrigger.Provider())
            .add(new DiskFull.Provider())
            .add(new MemoryHigh.Provider())
            .add(new ServiceFailed.Provider());
    new Remedies(host).all().forEach(builder::add);
    if (this == LEARNING) {
      builder
          .add(new JsonKnowledgeBaseProvider())
          .add(new ProactiveOptimizerProvider())
          .add(new Prediction.DiskFull())
          .add(new Prediction.MemoryHigh());
    } else {
      builder.add((KnowledgeBaseProvider) new NoKnowledge());
    }
    HealingEngine engine = builder.build();
    engine.addListener(
        event -> {
          if (event.kind() == Event.Kind.PATTERN) {
            host.person().reads(event.message());
          }
        });
    return engine;
  }

  /** Without a history on disk, since nothing is restarted; and no look for what is not there. */
  private Map<String, Object> configuration(Duration look) {
    Map<String, Object> optimizer = new TreeMap<>(Map.of("by-itself", "on"));
    for (String absent :
        List.of("caches", "generations", "store", "services", "processes", "network")) {
      optimizer.put(absent, "off");
    }
    Map<String, Object> all =
        new TreeMap<>(Map.of("interval", look.toSeconds() + "s", "history", "off"));
    if (this == LEARNING) {
      all.put("optimizer", Map.of("proactive", optimizer));
    }
    return all;
  }

  private static SamplerProvider sampler(FleetHost host) {
    return new SamplerProvider() {
      @Override
      public String name() {
        return "fleet";
      }

      @Override
      public Sampler create(HostContext context) {
        return host::read;
      }
    };
  }
}
