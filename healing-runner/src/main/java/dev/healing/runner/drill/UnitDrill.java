package dev.healing.runner.drill;

import dev.healing.api.ActionId;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Privilege;
import dev.healing.api.UnitState;
import dev.healing.core.EngineBuilder;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.TriggerProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/** With systemd and root: a transient service, killed and restarted through the real plugins. */
public final class UnitDrill extends Drill {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String unit;
  private Instant brokenAt = Instant.MAX;

  /** On this host. */
  public UnitDrill(HostContext host) {
    super(host);
    this.unit = "healing-drill-" + ProcessHandle.current().pid() + ".service";
  }

  /** Whether there is a systemd that does what we say. */
  public static boolean possible(HostContext host) {
    return host.privileges().contains(Privilege.MANAGE_UNITS)
        && host.systemd().availability().available()
        && host.commands().which("systemd-run").isPresent();
  }

  @Override
  protected String prepare() {
    command(
        "systemd-run",
        "--quiet",
        "--unit=" + unit,
        "--description=Sacrificial service of a healing drill",
        "--property=Restart=no",
        "--",
        "sleep",
        "infinity");
    return "Started " + unit + ", a sacrificial service that only sleeps.";
  }

  @Override
  protected void equip(EngineBuilder builder) {
    ServiceLoader.load(SamplerProvider.class).forEach(builder::add);
    ServiceLoader.load(TriggerProvider.class).forEach(builder::add);
    builder.add(only(named(DetectorProvider.class, IssueType.SERVICE_FAILED.name())));
    builder.add(named(ActionProvider.class, ActionId.RESTART_SERVICE.name()));
  }

  private static <P extends dev.healing.spi.Provider<?>> P named(Class<P> kind, String name) {
    // ServiceLoader is called by the class that has the module's 'uses'.
    for (P provider : load(kind)) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw new HostException(
        "drill: there is no " + kind.getSimpleName() + " '" + name + "' in this jar");
  }

  private static <P> Iterable<P> load(Class<P> kind) {
    return ServiceLoader.load(kind);
  }

  /** The real detector, but it is heard about the sacrifice only. */
  private DetectorProvider only(DetectorProvider real) {
    return new DetectorProvider() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public Detector create(HostContext context) {
        return new OnlyAbout(real.create(context), unit);
      }
    };
  }

  /** A detector that is heard about one component only. */
  record OnlyAbout(Detector real, String component) implements Detector {
    @Override
    public Set<IssueType> reports() {
      return real.reports();
    }

    @Override
    public Detection detect(HostState state) {
      Detection all = real.detect(state);
      return new Detection(
          all.issues().stream()
              .filter(issue -> issue.components().equals(Set.of(component)))
              .toList(),
          all.unreadable());
    }
  }

  @Override
  protected String breakIt() {
    long pid =
        host.systemd()
            .unit(unit)
            .flatMap(state -> state.mainPid().stream().boxed().findFirst())
            .orElseThrow(() -> new HostException("drill: " + unit + " has no main process"));
    brokenAt = host.time().now();
    command("systemctl", "kill", "--signal=KILL", "--", unit);
    return "Killed its main process (pid " + pid + ").";
  }

  @Override
  protected Optional<Instant> runningAgainAt() {
    return host.systemd()
        .unit(unit)
        .filter(UnitState::active)
        .flatMap(UnitState::changedAt)
        .filter(at -> at.isAfter(brokenAt));
  }

  @Override
  protected void cleanUp() {
    host.commands().run(Command.of(PATIENCE, "systemctl", "stop", "--", unit));
    host.commands().run(Command.of(PATIENCE, "systemctl", "reset-failed", "--", unit));
  }

  private void command(String... argv) {
    Result result = host.commands().run(Command.of(PATIENCE, argv));
    if (!result.ok()) {
      throw new HostException("drill: " + argv[0] + ": " + result.complaint());
    }
  }
}
