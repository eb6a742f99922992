package dev.healing.runner.drill;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.EngineBuilder;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Without systemd or privileges: a child process, with a detector and an action of its own. */
public final class ChildDrill extends Drill {
  private static final IssueType CHILD_DEAD = IssueType.of("drill_child_dead");
  private static final ActionId START_CHILD = ActionId.of("start_drill_child");
  private static final String COMPONENT = "drill-child";
  private static final Duration LIFE = Duration.ofMinutes(5);

  private volatile Optional<Workers.Task> child = Optional.empty();
  private volatile Optional<Instant> startedAt = Optional.empty();

  /** On this host. */
  public ChildDrill(HostContext host) {
    super(host);
  }

  @Override
  protected String prepare() {
    start();
    return "No systemd that we may command: started a child process that only sleeps.";
  }

  private void start() {
    child = Optional.of(host.workers().start("drill-child", this::sleep));
    startedAt = Optional.of(host.time().now());
  }

  private void sleep() {
    try {
      host.commands().run(Command.of(LIFE, "sleep", Long.toString(LIFE.toSeconds())));
    } catch (HostException e) {
      // Ended by breakIt() or cleanUp(); a sleeper that could not be started is missed by
      // breakIt().
    }
  }

  private boolean running() {
    return child.filter(task -> !task.done()).isPresent();
  }

  @Override
  protected void equip(EngineBuilder builder) {
    builder.add(new ChildDetectorProvider());
    builder.add(new StartChildProvider());
  }

  private final class ChildDetectorProvider implements DetectorProvider {
    @Override
    public String name() {
      return CHILD_DEAD.name();
    }

    @Override
    public Detector create(HostContext context) {
      return new ChildDetector();
    }
  }

  private final class ChildDetector implements Detector {
    @Override
    public Set<IssueType> reports() {
      return Set.of(CHILD_DEAD);
    }

    @Override
    public Detection detect(HostState state) {
      return running()
          ? Detection.NOTHING
          : Detection.of(
              List.of(
                  Issue.of(
                      state.at(),
                      CHILD_DEAD,
                      Severity.HIGH,
                      "The drill's child process has died",
                      Map.of(),
                      List.of(COMPONENT))));
    }
  }

  private final class StartChildProvider implements ActionProvider {
    @Override
    public String name() {
      return START_CHILD.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new StartChild();
    }
  }

  private final class StartChild implements HealingAction {
    @Override
    public ActionDescription description() {
      return new ActionDescription(
          START_CHILD,
          "starts the drill's child process again",
          Set.of(CHILD_DEAD),
          Risk.LOW,
          Set.of(),
          true,
          "end the process",
          Duration.ZERO,
          Duration.ofSeconds(10));
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return Preview.of(
              COMPONENT, "drill", Duration.ofMillis(10), Map.of(), "start 'sleep' again");
        }

        @Override
        public ActionReport execute(Execution execution) {
          if (running()) {
            return ActionReport.refused("the child runs again already");
          }
          start();
          return ActionReport.done("started again");
        }
      };
    }
  }

  @Override
  protected String breakIt() {
    long ourselves = ProcessHandle.current().pid();
    ProcessState sleeper =
        host.processes().all().stream()
            .filter(p -> p.parentPid() == ourselves && p.name().equals("sleep"))
            .findFirst()
            .orElseThrow(() -> new HostException("drill: the child process is not there"));
    startedAt = Optional.empty();
    child.ifPresent(Workers.Task::cancel);
    return "Killed it (pid " + sleeper.ref().pid() + ").";
  }

  @Override
  protected Optional<Instant> runningAgainAt() {
    return startedAt;
  }

  @Override
  protected void cleanUp() {
    child.ifPresent(Workers.Task::cancel);
  }
}
