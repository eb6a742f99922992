package dev.healing.actions.nixos.network;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
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
import java.util.Map;
import java.util.Set;

/**
 * Doubles a limit of the kernel's network for which its own counter says that it is too low, and
 * watches that counter for a minute: if it grows nearly as fast as before, the old value is put
 * back, unless somebody else has set another meanwhile. Only a {@link NetworkLimit}. Until the next
 * boot; what it was stands in the preview, and so in the journal, before anything is written.
 */
public final class TuneNetwork implements HealingAction {
  private static final Duration BEFORE = Duration.ofSeconds(15);
  private static final Duration AFTER = Duration.ofSeconds(45);

  /** Of its pace: what is left of it by then may have other reasons. */
  private static final double HELPED = 0.5;

  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.TUNE_NETWORK,
          "doubles a limit of the kernel's network whose counter says that it is too low",
          Set.of(IssueType.NETWORK_LIMIT),
          Risk.MEDIUM,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          false,
          "put back by itself if it does not help, by 'sysctl -w' with the old value, and by the"
              + " next boot",
          Duration.ofSeconds(35),
          Duration.ofMinutes(2));

  private final HostContext host;

  private TuneNetwork(HostContext host) {
    this.host = host;
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new TuneNetwork(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    String setting = issue.components().first();
    NetworkLimit limit = NetworkLimit.of(setting);
    long old = limit.value(host.files());
    long wanted = Math.min(limit.most(), 2 * old);
    Checks.require(
        wanted > old,
        setting + " is " + old + " already: no more than " + limit.most() + " is set");
    Checks.require(
        limit.counter().read(host.files()).isPresent(), "what it holds up is not counted here");
    Preview preview =
        Preview.of(
            setting,
            "network",
            BEFORE.plus(AFTER),
            Map.of("value", String.valueOf(old), "boot-id", host.time().bootId()),
            "set " + setting + " from " + old + " to " + wanted + " until the next boot",
            "count for "
                + BEFORE.toSeconds()
                + " s before and "
                + AFTER.toSeconds()
                + " s after what it holds up, and set it to "
                + old
                + " again unless that is at most half",
            "to keep it: " + setting + " = " + wanted + " in /etc/sysctl.d");
    return new Prepared(preview, execution -> execute(preview, limit, old, wanted, execution));
  }

  private ActionReport execute(
      Preview preview, NetworkLimit limit, long old, long wanted, Execution execution) {
    String setting = preview.target();
    double before = pace(limit, BEFORE, execution);
    Checks.require(before > 0, setting + " has held up nothing for " + BEFORE.toSeconds() + " s");
    Checks.require(
        limit.value(host.files()) == old
            && host.time().bootId().equals(preview.facts().get("boot-id")),
        setting + " was set otherwise since the preview");
    execution.progress("sets " + setting + " to " + wanted);
    limit.set(host.files(), wanted);
    double after;
    try {
      if (limit.value(host.files()) != wanted) {
        return ActionReport.failed(setting + " is still " + limit.value(host.files()));
      }
      after = pace(limit, AFTER, execution);
    } catch (HealingException e) {
      putBack(limit, old, wanted);
      throw e;
    }
    boolean helped = after <= HELPED * before;
    String back = helped ? "" : "; " + putBack(limit, old, wanted);
    String paces = Math.round(after) + " a minute are held up, instead of " + Math.round(before);
    return ActionReport.of(
        helped ? Result.DONE : Result.NOTHING_GAINED,
        setting + " set from " + old + " to " + wanted + ": " + paces + back,
        Map.of("network.refused.per_minute", before, "network.limit.count", (double) old),
        Map.of(
            "network.refused.per_minute",
            after,
            "network.limit.count",
            (double) limit.value(host.files())));
  }

  /** What somebody else has set since is theirs. */
  private String putBack(NetworkLimit limit, long old, long ours) {
    boolean interrupted = Thread.interrupted(); // who is stopped could not write any more
    try {
      long now = limit.value(host.files());
      if (now != ours) {
        return "somebody has set it to " + now + " since, which is left as it is";
      }
      limit.set(host.files(), old);
      return "set to " + old + " again, since it has not helped";
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** So many a minute. */
  private double pace(NetworkLimit limit, Duration window, Execution execution) {
    long beganNanos = host.time().monotonicNanos();
    long began = limit.counted(host.files());
    if (!execution.pause(window)) {
      throw new HealingException("stopped while it counted what is held up");
    }
    double minutes = (host.time().monotonicNanos() - beganNanos) / 60e9;
    return (limit.counted(host.files()) - began) / minutes;
  }
}
