package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The contract holds for an action as simple as one can be. */
class ExampleActionContractTest extends ActionContract {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.RESTART_SERVICE,
          "restarts the unit",
          Set.of(IssueType.SERVICE_FAILED),
          Risk.MEDIUM,
          Set.of(Privilege.MANAGE_UNITS),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(1));

  private record Restart(HostContext host) implements HealingAction {
    @Override
    public ActionDescription description() {
      return DESCRIPTION;
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String unit = issue.components().first();
      if (!DESCRIPTION.treats().contains(issue.type())) {
        throw new RefusedException("a restart is no remedy for " + issue.type());
      }
      host.protection()
          .unit(unit)
          .ifPresent(
              why -> {
                throw new RefusedException(why);
              });
      String state0 = host.systemd().unit(unit).orElseThrow().activeState();
      Preview preview =
          Preview.of(
              unit,
              "unit:" + unit,
              Duration.ofSeconds(1),
              Map.of("state", state0),
              "restart " + unit);
      return new Prepared(host, preview);
    }
  }

  private record Prepared(HostContext host, Preview preview) implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      String unit = preview.target();
      String now = host.systemd().unit(unit).orElseThrow().activeState();
      if (!now.equals(preview.facts().get("state"))) {
        return ActionReport.refused(unit + " is " + now + " by now");
      }
      host.systemd().restart(unit);
      return ActionReport.done("restarted " + unit);
    }
  }

  private static final class RestartProvider implements ActionProvider {
    @Override
    public String name() {
      return "restart_service";
    }

    @Override
    public HealingAction create(HostContext context) {
      return new Restart(context);
    }
  }

  private final TestHost host = new TestHost();

  ExampleActionContractTest() {
    host.systemd().service("web.service").fail("web.service");
  }

  @Override
  protected ActionProvider provider() {
    return new RestartProvider();
  }

  @Override
  protected HostContext context() {
    return host;
  }

  @Override
  protected VirtualTime time() {
    return host.time();
  }

  @Override
  protected Issue issue() {
    return about("web.service");
  }

  @Override
  protected Optional<Issue> protectedIssue() {
    return Optional.of(about("sshd.service"));
  }

  private Issue about(String unit) {
    return Issue.of(
        host.time().now(),
        IssueType.SERVICE_FAILED,
        Severity.HIGH,
        unit + " failed",
        Map.of(),
        List.of(unit));
  }

  @Override
  protected Object worldSnapshot() {
    return host.systemd().restarted();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(host.systemd().restarted()).containsExactly("web.service");
  }

  @Override
  protected void changeTheWorld() {
    host.systemd().recover("web.service");
  }
}
