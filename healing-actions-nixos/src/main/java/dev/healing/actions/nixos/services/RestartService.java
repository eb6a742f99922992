package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Restarts the failed service, and is done when it is up, stays up and, where a probe is
 * configured, is healthy. One that is up and that its probe says is not healthy is reloaded first,
 * where it can be. Keys: {@link RestartKeys}.
 */
public final class RestartService implements HealingAction {
  private final HostContext host;
  private final RestartKeys keys;
  private final ActionDescription description;

  private RestartService(HostContext host, RestartKeys keys) {
    this.host = host;
    this.keys = keys;
    this.description =
        new ActionDescription(
            ActionId.RESTART_SERVICE,
            "restarts the failed service",
            Set.of(IssueType.SERVICE_FAILED),
            Risk.MEDIUM,
            Set.of(Privilege.MANAGE_UNITS),
            true,
            "systemctl stop, where it was down before; what was up and is restarted does not come back",
            Duration.ZERO, // it has itself watched whether it stays up
            keys.timeLimit());
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return ActionId.RESTART_SERVICE.name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new RestartService(context, RestartKeys.read(context.configuration()));
    }
  }

  @Override
  public ActionDescription description() {
    return description;
  }

  @Override
  public Optional<String> unavailable() {
    return Checks.withoutSystemd(host);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(description, issue);
    RestartPlan plan = RestartPlan.of(host, keys, issue.components().first());
    Preview preview =
        new Preview(
            plan.name(),
            "unit:" + plan.name(),
            plan.steps(host, keys),
            OptionalLong.of(1 + plan.others()),
            OptionalLong.empty(),
            keys.staysUp().plusSeconds(1),
            new TreeMap<>(plan.facts(host)));
    boolean destroys = plan.others() > 0 || plan.although().isPresent();
    return new Prepared(preview, destroys, execution -> execute(preview, execution));
  }

  private ActionReport execute(Preview preview, Execution execution) {
    RestartPlan plan = RestartPlan.of(host, keys, preview.target());
    plan.requireSame(host, preview.facts());
    return new ServiceRestart(host, keys, plan, execution).run();
  }
}
