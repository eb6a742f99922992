package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.throttle.Throttles.Throttle;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Takes away what {@link ThrottleService} has set, also from a unit that is protected since. What
 * is set otherwise by now is somebody else's, and is left as it is.
 */
public final class LiftThrottle implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.LIFT_THROTTLE,
          "takes the limit of throttle_service away from a service that is calm",
          Set.of(IssueType.THROTTLED_CALM),
          Risk.LOW,
          Set.of(Privilege.MANAGE_UNITS),
          true,
          "throttle_service sets it again if need be",
          Duration.ofSeconds(1),
          Duration.ofSeconds(30));

  private final HostContext host;
  private final Throttles throttles;
  private final LastResort lastResort;

  private LiftThrottle(HostContext host) {
    this.host = host;
    this.throttles = new Throttles(host);
    this.lastResort = new LastResort(host);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new LiftThrottle(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    return Checks.withoutSystemd(host);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(throttles.damage());
    String unit = issue.components().first();
    List<Throttle> ours = throttles.all().stream().filter(t -> t.unit().equals(unit)).toList();
    Checks.require(!ours.isEmpty(), unit + " is not throttled by us");
    List<String> steps = new ArrayList<>();
    for (Throttle throttle : ours) {
      OptionalLong now = now(throttle);
      steps.add(
          now.equals(OptionalLong.of(throttle.value()))
              ? "take away " + throttle.inWords() + " from " + unit
              : "leave "
                  + Throttle.inWords(throttle.limit(), now)
                  + ", which is not what we set, and forget "
                  + throttle.inWords());
    }
    Preview preview =
        Preview.of(
            unit, "throttle", Duration.ofSeconds(1), facts(ours), steps.toArray(String[]::new));
    return new Prepared(preview, execution -> execute(preview, ours, execution));
  }

  private OptionalLong now(Throttle throttle) {
    return host.systemd().limit(throttle.unit(), throttle.limit());
  }

  private Map<String, String> facts(List<Throttle> ours) {
    Map<String, String> facts = new TreeMap<>(Map.of("boot-id", host.time().bootId()));
    ours.forEach(t -> facts.put(t.limit().name(), Throttle.inWords(t.limit(), now(t))));
    return facts;
  }

  private ActionReport execute(Preview preview, List<Throttle> ours, Execution execution) {
    if (!facts(ours).equals(preview.facts()) || !throttles.all().containsAll(ours)) {
      return ActionReport.refused(preview.target() + " is limited otherwise since the preview");
    }
    double lifted = 0;
    for (Throttle throttle : ours) {
      if (execution.cancelled()) {
        return ActionReport.failed(preview.target() + ": stopped before all was taken away");
      }
      if (now(throttle).equals(OptionalLong.of(throttle.value()))) {
        lifted++;
        host.systemd().setLimit(throttle.unit(), throttle.limit(), OptionalLong.empty());
        if (now(throttle).isPresent()) {
          return ActionReport.failed(
              preview.target() + " still has " + Throttle.inWords(throttle.limit(), now(throttle)));
        }
      }
      throttles.forget(throttle);
      lastResort.disarm(throttle);
    }
    return ActionReport.of(
        ActionReport.Result.DONE,
        String.join("; ", preview.steps()) + ": done",
        Map.of("limits.count", lifted),
        Map.of("limits.count", 0.0));
  }
}
