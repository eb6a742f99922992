package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.IncidentStatus;
import dev.healing.core.journal.Journal;
import dev.healing.testkit.Deed;
import dev.healing.testkit.Fault;
import dev.healing.testkit.Fault.Kind;
import dev.healing.testkit.Fault.Nature;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** For each guard a story that ends well, and ends in harm when that one guard is taken away. */
class EveryGuardIsNeededTest {
  private static final Duration NOW = Duration.ofSeconds(30);
  private static final Map<String, Object> KILL_BY_ITSELF =
      Map.of("actions", Map.of("kill_process", Map.of("autonomy", "auto")));

  /**
   * What happens to a host.
   *
   * @param host the host with its faults
   * @param configuration of the engine
   * @param events what is done while time passes
   * @param harm what must not have happened, told from what was really done
   */
  record Story(
      Supplier<SimulatedHost> host,
      Map<String, Object> configuration,
      Consumer<Tale> events,
      Function<SimulatedHost, List<?>> harm) {}

  /** A story while it is told. */
  record Tale(SimulatedHost host, Simulation simulation, Operator operator) {
    void passes(Duration time) {
      simulation.run(time);
    }
  }

  static final Map<String, Story> STORIES = new LinkedHashMap<>();

  static {
    STORIES.put(
        "off_switch",
        new Story(
            () -> failing("web.service", Nature.HELPS),
            Map.of(),
            tale -> {
              tale.operator().pause(Optional.empty());
              tale.passes(Duration.ofHours(1));
            },
            host -> host.context().state().lines(Journal.FILE).lines()));
    STORIES.put(
        "safety_state",
        new Story(
            () -> failing("web.service", Nature.LIES),
            Map.of(),
            tale -> {
              tale.passes(Duration.ofMinutes(10));
              tale.host().note("damaged", true);
              tale.host().context().state().damage(Journal.FILE, 1);
              tale.simulation().restart();
              tale.passes(Duration.ofHours(3));
            },
            host -> deeds(host, deed -> deed.notes().contains("damaged"))));
    STORIES.put(
        "autonomy",
        new Story(
            () -> failing("web.service", Nature.HELPS),
            Map.of("autonomy", "observe"),
            tale -> tale.passes(Duration.ofHours(1)),
            SimulatedHost::deeds));
    STORIES.put(
        "standing",
        new Story(
            () ->
                failing("web.service", Nature.WORSENS)
                    .service("db.service")
                    .fault(
                        Fault.of(Kind.CRASH, "db.service", Duration.ofMinutes(10), Nature.HELPS)),
            Map.of(),
            tale -> tale.passes(Duration.ofHours(1)),
            host -> deeds(host, deed -> deed.target().equals("db.service"))));
    STORIES.put(
        "protection",
        new Story(
            () -> failing("sshd.service", Nature.HELPS),
            Map.of(),
            tale -> tale.passes(Duration.ofHours(1)),
            SimulatedHost::deeds));
    STORIES.put(
        "rejection",
        new Story(
            () -> failing("web.service", Nature.HELPS),
            Map.of("actions", Map.of("restart_service", Map.of("autonomy", "confirm"))),
            tale -> {
              tale.passes(Duration.ofMinutes(10));
              tale.operator().shown().forEach(tale.operator()::reject);
              tale.passes(Duration.ofMinutes(10));
              tale.simulation().reload(Map.of());
              tale.simulation().restart();
              tale.passes(Duration.ofHours(3));
            },
            SimulatedHost::deeds));
    STORIES.put(
        "critical_action",
        new Story(
            () ->
                new SimulatedHost("web.service")
                    .fault(Fault.of(Kind.GENERATION, "", NOW, Nature.HELPS)),
            Map.of("actions", Map.of("rollback_generation", Map.of("autonomy", "auto"))),
            tale -> tale.passes(Duration.ofHours(1)),
            host -> deeds(host, Deed::critical)));
    STORIES.put(
        "health_floor",
        new Story(
            () -> manyFailing(10),
            Map.of("limits", Map.of("storm", 100)),
            tale -> tale.passes(Duration.ofHours(1)),
            host -> deeds(host, deed -> deed.health() < 30)));
    STORIES.put(
        "heals_per_hour",
        new Story(
            () -> failingEveryMinute(),
            Map.of("limits", Map.of("cooldown", "0s", "attempts", 1000)),
            tale -> tale.passes(Duration.ofHours(3)),
            host -> crowded(host.deeds(), Duration.ofHours(1), 10)));
    STORIES.put(
        "rollbacks_per_day",
        new Story(
            () ->
                new SimulatedHost("web.service")
                    .fault(
                        Fault.of(Kind.GENERATION, "", NOW, Nature.HELPS)
                            .recurring(Duration.ofMinutes(20), 10)),
            Map.of(),
            tale -> {
              for (int i = 0; i < 60; i++) {
                tale.passes(Duration.ofMinutes(5));
                tale.operator().approveAll();
              }
            },
            host -> crowded(deeds(host, Deed::critical), Duration.ofDays(1), 3)));
    STORIES.put(
        "cooldown",
        new Story(
            () -> failingEveryMinute(),
            Map.of("limits", Map.of("attempts", 1000)),
            tale -> tale.passes(Duration.ofHours(1)),
            host -> crowded(host.deeds(), Duration.ofMinutes(5), 1)));
    STORIES.put(
        "unknown_outcome",
        new Story(
            () -> new SimulatedHost("web.service").fault(Fault.of(Kind.CPU, "", NOW, Nature.HANGS)),
            KILL_BY_ITSELF,
            tale -> {
              tale.passes(Duration.ofMinutes(2));
              tale.simulation().restart();
              tale.passes(Duration.ofHours(3));
            },
            host -> crowded(host.deeds(), Duration.ofDays(1), 1)));
    STORIES.put(
        "circuit_breaker",
        new Story(
            () -> failing("web.service", Nature.LIES),
            Map.of(),
            tale -> tale.passes(Duration.ofHours(2)),
            host -> crowded(host.deeds(), Duration.ofHours(1), 3)));
    STORIES.put(
        "storm",
        new Story(
            () -> manyFailing(10),
            Map.of("limits", Map.of("health-floor", 0)),
            tale -> tale.passes(Duration.ofMinutes(10)),
            SimulatedHost::deeds));
  }

  private static SimulatedHost failing(String service, Nature nature) {
    return new SimulatedHost(service).fault(Fault.of(Kind.CRASH, service, NOW, nature));
  }

  private static SimulatedHost failingEveryMinute() {
    return new SimulatedHost("web.service")
        .fault(
            Fault.of(Kind.CRASH, "web.service", NOW, Nature.HELPS)
                .recurring(Duration.ofMinutes(1), 1000));
  }

  private static SimulatedHost manyFailing(int services) {
    SimulatedHost host = new SimulatedHost();
    IntStream.range(0, services)
        .mapToObj(i -> "service" + i + ".service")
        .forEach(
            name -> host.service(name).fault(Fault.of(Kind.CRASH, name, NOW, Nature.DOES_NOTHING)));
    return host;
  }

  private static List<Deed> deeds(SimulatedHost host, Predicate<Deed> which) {
    return host.deeds().stream().filter(which).toList();
  }

  /** The deeds that are one too many within the time before them. */
  private static List<Deed> crowded(List<Deed> deeds, Duration window, int most) {
    return deeds.stream()
        .filter(
            deed ->
                deeds.stream()
                        .map(other -> deed.startedAfter().minus(other.startedAfter()))
                        .filter(age -> !age.isNegative() && age.compareTo(window) < 0)
                        .count()
                    > most)
        .toList();
  }

  private static List<?> harm(Story story, Optional<String> withoutGuard) {
    SimulatedHost host = story.host().get();
    Simulation simulation = new Simulation(host, story.configuration(), withoutGuard);
    story.events().accept(new Tale(host, simulation, new Operator(simulation)));
    return story.harm().apply(host);
  }

  static List<String> guards() {
    return List.copyOf(STORIES.keySet());
  }

  @ParameterizedTest
  @MethodSource("guards")
  void endsWell(String guard) {
    assertThat(harm(STORIES.get(guard), Optional.empty())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("guards")
  void endsInHarmWithoutIt(String guard) {
    assertThat(harm(STORIES.get(guard), Optional.of(guard))).isNotEmpty();
  }

  /** A story: nothing that was tried helped, a human was told, and then the engine is restarted. */
  @Test
  void whatWasHandedOverIsNotTakenUpAgainAfterARestart() {
    SimulatedHost host = failing("web.service", Nature.LIES);
    Simulation simulation = new Simulation(host, Map.of(), Optional.empty());
    simulation.run(Duration.ofHours(3)); // longer than attempts are counted
    assertThat(host.deeds()).hasSize(3);

    simulation.restart();
    simulation.run(Duration.ofHours(5));
    assertThat(host.deeds()).hasSize(3);
    assertThat(simulation.engine().incidents())
        .singleElement()
        .satisfies(i -> assertThat(i.status()).isEqualTo(IncidentStatus.ESCALATED))
        .satisfies(i -> assertThat(i.awaitsConfirmation()).isTrue());
  }

  @Test
  void everyGuardHasItsStory() {
    Simulation simulation =
        new Simulation(new SimulatedHost("web.service"), Map.of(), Optional.empty());
    assertThat(STORIES.keySet())
        .containsExactlyElementsOf(simulation.engine().loop().assessment().guards().names());
  }

  @Test
  void theStoriesTreatWhatTheyAreAbout() {
    SimulatedHost host = failing("web.service", Nature.HELPS);
    new Simulation(host, Map.of(), Optional.empty()).run(Duration.ofHours(1));
    assertThat(host.deeds())
        .singleElement()
        .satisfies(deed -> assertThat(deed.action()).isEqualTo(ActionId.RESTART_SERVICE));
  }
}
