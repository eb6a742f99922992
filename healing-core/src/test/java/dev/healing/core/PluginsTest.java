package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Confidence;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.Detection;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Verdict;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Guard;
import dev.healing.spi.GuardProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.TestHost;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
  private static final DetectorProvider GOOD = Given.detector("good", s -> Detection.NOTHING);

  private final TestHost host = new TestHost();
  @TempDir private Path directory;

  private EngineBuilder engine() {
    return Given.engine(host, Map.of());
  }

  private static PluginInfo info(HealingEngine engine, String name) {
    return engine.plugins().stream().filter(i -> i.name().equals(name)).findFirst().orElseThrow();
  }

  /** A detector's provider that is wrong in one way. */
  private record Broken(String name, RuntimeException whenMade) implements DetectorProvider {
    @Override
    public Detector create(HostContext context) {
      throw whenMade;
    }
  }

  private static final class Nameless implements DetectorProvider {
    @Override
    public String name() {
      throw new IllegalStateException("who am I?");
    }

    @Override
    public Detector create(HostContext context) {
      throw new AssertionError("made without a name");
    }
  }

  @Test
  void twoOfOneNameAreAnErrorThatNamesBothClasses() {
    assertThatThrownBy(
            () ->
                engine()
                    .add(GOOD)
                    .add(new Broken("good", new IllegalStateException("not made")))
                    .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("detector", "'good'", "Given$Detectors", "PluginsTest$Broken");
  }

  @Test
  void oneThatCannotBeMadeIsSkippedAndReported() {
    HealingEngine engine =
        engine().add(new Broken("bad", new IllegalStateException("boom"))).add(GOOD).build();
    assertThat(info(engine, "good").state()).isEqualTo("on");
    assertThat(info(engine, "bad").state()).isEqualTo("skipped");
    assertThat(info(engine, "bad").problem().orElseThrow()).contains("detector 'bad'", "boom");
    assertThat(info(engine, "bad").origin()).contains("PluginsTest$Broken");
  }

  /** What should measure the host does not, so its health is not known: nothing to act upon. */
  @Test
  void withoutTheOnlySamplerHealthIsNotTakenForGood() {
    SamplerProvider unmade =
        new SamplerProvider() {
          @Override
          public String name() {
            return "unmade";
          }

          @Override
          public Sampler create(HostContext context) {
            throw new IllegalStateException("boom");
          }
        };
    List<String> done = new ArrayList<>();
    HealingEngine engine =
        engine()
            .add(unmade)
            .add(
                Given.detector(
                    "services", s -> Detection.of(List.of(Given.issue(s.at(), "web.service")))))
            .add(
                Given.action(
                    Given.RESTART,
                    Risk.LOW,
                    execution -> {
                      done.add("restarted");
                      return ActionReport.done("restarted");
                    }))
            .build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofMinutes(1));
    assertThat(done).isEmpty();
    assertThat(engine.incidents().get(0).note()).contains("health is unknown");
    host.time().close();
  }

  /** On a real host: in virtual time nothing hangs. */
  @Test
  @Timeout(60)
  void oneThatHangsWhenItIsMadeOrAskedIsLeftBehindAndNamed() {
    CountDownLatch never = new CountDownLatch(1);
    DetectorProvider hangs =
        new DetectorProvider() {
          @Override
          public String name() {
            return "hangs";
          }

          @Override
          public Detector create(HostContext context) {
            return await(never, GOOD.create(context));
          }
        };
    KnowledgeBaseProvider mute =
        new KnowledgeBaseProvider() {
          @Override
          public String name() {
            return "mute";
          }

          @Override
          public KnowledgeBase create(HostContext context) {
            return new KnowledgeBase() {
              @Override
              public Confidence confidence(Fingerprint fingerprint, ActionId action) {
                return Confidence.UNKNOWN;
              }

              @Override
              public void record(Collection<Receipt> receipts) {}

              @Override
              public String export() {
                return "{}";
              }

              @Override
              public List<String> problems() {
                return await(never, List.of());
              }
            };
          }
        };
    DetectorProvider nameless =
        new DetectorProvider() {
          @Override
          public String name() {
            return await(never, "nameless");
          }

          @Override
          public Detector create(HostContext context) {
            return GOOD.create(context);
          }
        };
    TriggerProvider deaf =
        new TriggerProvider() {
          @Override
          public String name() {
            return "deaf";
          }

          @Override
          public Trigger create(HostContext context) {
            return new Trigger() {
              @Override
              public String start(Wake wake) {
                return await(never, "never");
              }

              @Override
              public void close() {
                await(never, "never");
              }
            };
          }
        };
    try (LinuxHost real = LinuxHost.observe(directory);
        HealingEngine engine =
            HealingEngine.builder()
                .host(real)
                .discoverPlugins(false)
                .configuration(Configuration.of(Map.of("plugins", Map.of("deadline", "100ms"))))
                .add(hangs)
                .add(nameless)
                .add(deaf)
                .add(GOOD)
                .add(mute)
                .build()) {
      assertThat(info(engine, "hangs").problem().orElseThrow())
          .contains("detector 'hangs' could not be made", "did not come back within 500 ms");
      assertThat(info(engine, "?").problem().orElseThrow())
          .contains(nameless.getClass().getName(), "did not come back within 500 ms");
      assertThat(info(engine, "good").state()).isEqualTo("on");
      engine.start();
      assertThat(info(engine, "deaf").state()).contains("does not work", "did not come back");
      for (int i = 0; i < 6; i++) {
        assertThat(engine.status().trouble())
            .filteredOn(one -> one.contains("knowledge:mute"))
            .singleElement()
            .asString()
            .contains("the knowledge base cannot say how it is");
      }
      assertThat(engine.status().trouble().toString()).contains("from earlier calls");
    }
  }

  private static <T> T await(CountDownLatch latch, T answer) {
    while (true) {
      try {
        latch.await();
        return answer;
      } catch (InterruptedException e) {
        // It does not listen.
      }
    }
  }

  @Test
  void aGuardThatIsNotThereSaysNo() {
    GuardProvider broken =
        new GuardProvider() {
          @Override
          public String name() {
            return "change_freeze";
          }

          @Override
          public Guard create(HostContext context) {
            throw new IllegalStateException("its calendar does not answer");
          }
        };
    Set<String> down = new TreeSet<>(Set.of("web.service"));
    HealingEngine engine =
        engine()
            .add(broken)
            .add(
                Given.detector(
                    "services",
                    s -> Detection.of(down.stream().map(d -> Given.issue(s.at(), d)).toList())))
            .add(
                Given.action(
                    Given.RESTART,
                    Risk.LOW,
                    e -> {
                      down.clear();
                      return ActionReport.done("restarted");
                    }))
            .build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofMinutes(10));

    assertThat(down).isNotEmpty();
    assertThat(engine.incidents().get(0).note())
        .contains("change_freeze", "its calendar does not answer", "counts as no");
  }

  @Test
  void oneThatCannotSayItsNameIsSkippedAndReported() {
    HealingEngine engine = engine().add(new Nameless()).add(GOOD).build();
    assertThat(info(engine, "good").state()).isEqualTo("on");
    assertThat(engine.plugins())
        .filteredOn(info -> info.problem().isPresent())
        .singleElement()
        .satisfies(info -> assertThat(info.problem().orElseThrow()).contains("Nameless", "who am"));
  }

  @Test
  void oneWhoseNameIsNoneIsSkippedAndReported() {
    for (String name : List.of("", "a.b", "Upper", "../up", "9", "x".repeat(65))) {
      DetectorProvider made = Given.detector(name, s -> Detection.NOTHING);
      assertThat(info(engine().add(made).add(GOOD).build(), "?").problem().orElseThrow())
          .contains("'" + name + "' is no name", "expected");
    }
  }

  @Test
  void oneThatCannotDescribeItselfIsSkippedAndReported() {
    HealingAction mute =
        new HealingAction() {
          @Override
          public ActionDescription description() {
            throw new IllegalStateException("no words");
          }

          @Override
          public PreparedAction prepare(Issue issue, HostState state) {
            throw new AssertionError("prepared");
          }
        };
    HealingEngine engine = engine().add(new Given.Actions("mute", mute)).add(GOOD).build();
    assertThat(info(engine, "mute").problem().orElseThrow()).contains("'mute'", "no words");
    assertThat(info(engine, "good").state()).isEqualTo("on");
  }

  @Test
  void oneThatDescribesItselfAsNonsenseIsSkippedAndReported() {
    HealingAction endless =
        new HealingAction() {
          @Override
          public ActionDescription description() {
            return new ActionDescription(
                ActionId.of("endless"),
                "never settles",
                Set.of(),
                Risk.LOW,
                Set.of(),
                true,
                ActionDescription.IRREVERSIBLE,
                ChronoUnit.FOREVER.getDuration(),
                Duration.ofSeconds(1));
          }

          @Override
          public PreparedAction prepare(Issue issue, HostState state) {
            throw new AssertionError("prepared");
          }
        };
    HealingEngine engine = engine().add(new Given.Actions("endless", endless)).add(GOOD).build();
    assertThat(info(engine, "endless").problem().orElseThrow())
        .contains("'endless'", "settling time", "expected");
    assertThat(info(engine, "good").state()).isEqualTo("on");
  }

  @Test
  void aConfiguredPluginThatIsNotLoadedIsAnErrorWithItsPlace() {
    Configuration.Node off = new Configuration.Node("off", "healing.yaml:3");
    Configuration.Node detectors =
        new Configuration.Node(Map.of("memroy_high", off, "good", off), "healing.yaml:2");
    Configuration configuration =
        Configuration.of(new Configuration.Node(Map.of("detectors", detectors), "healing.yaml:1"));
    assertThatThrownBy(() -> engine().configuration(configuration).add(GOOD).build())
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .contains("healing.yaml:3", "memroy_high", "expected", "good"));
  }

  @Test
  void offSwitchesOff() {
    HealingEngine engine =
        engine()
            .configuration(Configuration.of(Map.of("detectors", Map.of("good", "off"))))
            .add(GOOD)
            .build();
    assertThat(info(engine, "good").state()).isEqualTo("off");
    assertThat(engine.loop().plugins().detectors()).isEmpty();
  }

  @Test
  void thereIsOneKnowledgeBaseAndNoMoreOrLess() {
    assertThatThrownBy(() -> engine().add((KnowledgeBaseProvider) new Named("other")).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("only one knowledge", "none", "other", "{NAME: off}");
    HealingEngine one =
        engine()
            .configuration(Configuration.of(Map.of("knowledge", Map.of("none", "off"))))
            .add((KnowledgeBaseProvider) new Named("other"))
            .build();
    assertThat(info(one, "other").state()).isEqualTo("on");
    assertThatThrownBy(() -> HealingEngine.builder().host(host).discoverPlugins(false).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("no knowledge base", "healing-learning");
  }

  @Test
  void whoeverSwitchesTheKnowledgeBaseOffIsToldWhereAndWhatToDo() {
    Configuration off = Configuration.of(Map.of("knowledge", Map.of("none", "off")));
    assertThatThrownBy(() -> engine().configuration(off).build())
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .containsExactly(
                        "configuration: 'knowledge.none' is 'off': expected it to be on, or another"
                            + " knowledge base: nothing works without one"));
  }

  private record Named(String name) implements KnowledgeBaseProvider {
    @Override
    public KnowledgeBase create(HostContext context) {
      return new NoKnowledge();
    }
  }

  @Test
  void anActionIsCalledWhatItCallsItself() {
    HealingAction action =
        new Given.Action(Given.description(Given.RESTART, Risk.LOW), e -> ActionReport.done(""));
    assertThatThrownBy(() -> engine().add(new Given.Actions("reboot", action)).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("'reboot'", "'restart_service'", "same name");
  }

  @Test
  void noPluginTakesThePlaceOfAGuardThatEveryEngineHas() {
    GuardProvider lenient =
        new GuardProvider() {
          @Override
          public String name() {
            return "heals_per_hour";
          }

          @Override
          public Guard create(HostContext context) {
            return proposal -> Verdict.proceed("why not");
          }
        };
    assertThatThrownBy(() -> engine().add(lenient).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("'heals_per_hour'", "SafetyGuards", "PluginsTest");
  }

  @Test
  void allProblemsAreToldAtOnce() {
    Configuration configuration =
        Configuration.of(
            Map.of(
                "autonomy", "sometimes",
                "interval", "1",
                "limits", Map.of("health-floor", 101)));
    assertThatThrownBy(
            () ->
                engine()
                    .configuration(configuration)
                    .add(GOOD)
                    .add(new Broken("good", new IllegalStateException()))
                    .build())
        .isInstanceOfSatisfying(
            ConfigurationException.class, e -> assertThat(e.problems()).hasSize(4));
  }

  // ------------------------------------------------------- the plugin directory

  private HealingEngine fromDirectory() {
    return engine()
        .discoverPlugins(true)
        .configuration(
            Configuration.of(
                Map.of(
                    "knowledge", Map.of(),
                    "plugins", Map.of("directory", directory.toString()))))
        .build();
  }

  private Path jar() throws IOException {
    Path source = Files.createDirectories(directory.resolve("build")).resolve("Tiny.java");
    Files.writeString(
        source,
        """
        public final class Tiny implements dev.healing.spi.GuardProvider {
          public String name() { return "tiny"; }
          public dev.healing.spi.Guard create(dev.healing.spi.HostContext context) {
            return proposal -> dev.healing.api.Verdict.proceed("fine");
          }
        }
        """);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-proc:none",
                source.toString());
    assertThat(failed).isZero();
    Path jar = directory.resolve("tiny.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      entries.putNextEntry(new ZipEntry("Tiny.class"));
      entries.write(Files.readAllBytes(source.resolveSibling("Tiny.class")));
      entries.putNextEntry(new ZipEntry("META-INF/services/dev.healing.spi.GuardProvider"));
      entries.write("Tiny\n".getBytes(StandardCharsets.UTF_8));
    }
    mode(jar, "rw-r--r--");
    mode(directory, "rwxr-xr-x");
    return jar;
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void aJarInTheDirectoryIsLoaded() throws IOException {
    jar();
    HealingEngine engine = fromDirectory();
    assertThat(info(engine, "tiny").state()).isEqualTo("on");
    assertThat(info(engine, "tiny").origin()).isEqualTo("Tiny in tiny.jar");
  }

  @Test
  void whatOthersCanWriteIsRefused() throws IOException {
    Path jar = jar();
    for (String mode : List.of("rw-rw-r--", "rw-r--rw-")) {
      mode(jar, mode);
      assertThatThrownBy(this::fromDirectory)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContainingAll("plugins.directory", "tiny.jar", "refused");
    }
    mode(jar, "rw-r--r--");
    mode(directory, "rwxrwxrwx");
    assertThatThrownBy(this::fromDirectory).hasMessageContaining(directory + " is refused");
  }

  @Test
  void aLinkIsRefused() throws IOException {
    Path jar = jar();
    Path elsewhere = Files.move(jar, directory.resolve("build").resolve("real.jar"));
    Files.createSymbolicLink(jar, elsewhere);
    assertThatThrownBy(this::fromDirectory).hasMessageContainingAll("tiny.jar", "no link");
  }

  @Test
  void aDirectoryThatIsNotThereIsToldWithTheSetting() {
    directory = directory.resolve("nowhere");
    assertThatThrownBy(this::fromDirectory)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("plugins.directory", "nowhere");
  }

  /** Whoever writes "actions: off" means that nothing is done. */
  @Test
  void aSectionThatCannotBeOffIsNotSilentlyOn() {
    for (String section : List.of("actions", "detectors", "limits", "knowledge", "triggers")) {
      assertThatThrownBy(
              () ->
                  HealingEngine.builder()
                      .host(new TestHost())
                      .configuration(Configuration.of(Map.of(section, "off")))
                      .build())
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(
              "'" + section + "' is 'off': expected a section of keys and values");
    }
  }
}
