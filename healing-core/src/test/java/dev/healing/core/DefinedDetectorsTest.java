package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.healing.api.ConfigurationException;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.HostContext;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.testkit.TestHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Detectors that a user defines in the configuration. */
class DefinedDetectorsTest {
  private final TestHost host = new TestHost();
  private final List<Optional<Set<Metric>>> told = new ArrayList<>();

  private record Found(IssueType type) implements Detector {
    @Override
    public Set<IssueType> reports() {
      return Set.of(type);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.NOTHING;
    }
  }

  private class Gauge implements DetectorKind {
    @Override
    public String key() {
      return "gauge";
    }

    @Override
    public Detector create(String name, HostContext context, Optional<Set<Metric>> measured) {
      told.add(measured);
      context.configuration().text("gauge", "");
      return new Found(IssueType.of(context.configuration().name("type", name)));
    }
  }

  private record Says(String name, Set<Metric> metrics) implements SamplerProvider, Sampler {
    @Override
    public Sampler create(HostContext context) {
      return this;
    }

    @Override
    public Reading read() {
      return new Reading(List.of(), List.of(), List.of());
    }
  }

  private EngineBuilder engine(Map<String, ?> detectors) {
    return Given.engine(host, Map.of("detectors", detectors))
        .add(Given.detector("services", s -> Detection.NOTHING))
        .add(new Gauge());
  }

  private List<String> problems(Map<String, ?> detectors) {
    return catchThrowableOfType(ConfigurationException.class, () -> engine(detectors).build())
        .problems();
  }

  @Test
  void aSectionWithTheKeyOfAKindIsADetectorOfThatName() {
    HealingEngine engine = engine(Map.of("mine", Map.of("gauge", "x"))).build();
    assertThat(engine.plugins())
        .filteredOn(plugin -> plugin.name().equals("mine"))
        .singleElement()
        .satisfies(plugin -> assertThat(plugin.kind() + plugin.state()).isEqualTo("detectoron"))
        .satisfies(plugin -> assertThat(plugin.origin()).contains("Gauge"));
    assertThat(engine.loop().plugins().detectorOf(IssueType.of("mine"))).contains("mine");
  }

  @Test
  void aTypeOfAPluginStaysThePluginsToBeAskedAbout() {
    HealingEngine engine =
        engine(Map.of("a", Map.of("gauge", "x", "type", Given.TYPE.name()))).build();
    assertThat(engine.loop().plugins().detectorOf(Given.TYPE)).contains("services");
  }

  @Test
  void withoutTheKeyOfAKindItIsAMisspeltPlugin() {
    assertThat(problems(Map.of("servces", Map.of("high", "90%"))))
        .singleElement()
        .asString()
        .contains("unknown key 'detectors.servces'", "services");
  }

  @Test
  void theSectionOfAPluginIsThePlugins() {
    assertThat(problems(Map.of("services", Map.of("gauge", "x"))))
        .anySatisfy(
            problem -> assertThat(problem).contains("unknown key 'detectors.services.gauge'"));
  }

  @Test
  void whatIsNoNameIsAMistake() {
    assertThat(problems(Map.of("My own", Map.of("gauge", "x"))))
        .singleElement()
        .asString()
        .contains("'detectors.My own'", "a-z");
  }

  @Test
  void aKeyThatItsKindDoesNotKnowIsAMistake() {
    assertThat(problems(Map.of("mine", Map.of("gauge", "x", "abve", "1"))))
        .singleElement()
        .asString()
        .contains("unknown key 'detectors.mine.abve'", "gauge, type");
  }

  @Test
  void twoKindsOfOneKeyAreAMistakeThatNamesBoth() {
    assertThat(
            catchThrowableOfType(
                    ConfigurationException.class,
                    () -> engine(Map.of()).add(new Gauge() {}).build())
                .problems())
        .singleElement()
        .asString()
        .contains("detector kind", "'gauge'");
  }

  @Test
  void whatCanBeMeasuredIsToldIfAllSamplersSayIt() {
    Map<String, ?> mine = Map.of("mine", Map.of("gauge", "x"));
    Metric orders = Metric.of("orders.count");
    engine(mine).add(new Says("shop", Set.of(orders))).build();
    engine(mine).add(new Says("shop", Set.of(orders))).add(new Says("mute", Set.of())).build();
    assertThat(told).containsExactly(Optional.of(Set.of(orders)), Optional.empty());
  }
}
