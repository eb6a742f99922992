package com.example.healing;

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
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has journald delete its oldest archives when the file system that holds them is full. Keys:
 * {@code mount} (that file system's mount point, default {@code /}) and {@code keep} (how much
 * journald may keep, default 500MiB).
 */
public record VacuumJournal(HostContext host, String mount, long keepBytes)
    implements HealingAction {
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.of("vacuum_journal"),
          "has journald delete its oldest archives",
          Set.of(IssueType.DISK_FULL),
          Risk.LOW,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(5));

  /** Named in META-INF/services/dev.healing.spi.ActionProvider. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return "vacuum_journal";
    }

    @Override
    public HealingAction create(HostContext context) {
      return new VacuumJournal(
          context,
          context.configuration().text("mount", "/"),
          context.configuration().bytes("keep", 500L << 20));
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    return host.commands().which("journalctl").isPresent()
        ? Optional.empty()
        : Optional.of("not applicable here: no journalctl in PATH");
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    if (!DESCRIPTION.treats().contains(issue.type())) {
      throw new RefusedException("vacuum_journal is no remedy for " + issue.type());
    }
    if (!issue.components().contains(mount)) {
      throw new RefusedException("the journal is on " + mount + ", not on " + issue.components());
    }
    Preview preview =
        Preview.of(
            mount,
            "filesystem:" + mount,
            Duration.ofSeconds(5),
            Map.of("boot-id", host.time().bootId()),
            "journalctl --vacuum-size=" + keepBytes);
    return new Vacuum(host, preview, new AtomicBoolean());
  }

  private record Vacuum(HostContext host, Preview preview, AtomicBoolean begun)
      implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      if (execution.cancelled()) {
        return ActionReport.refused("stopped before anything was done");
      }
      if (!begun.compareAndSet(false, true)) {
        return ActionReport.refused("what was previewed is done once: prepare it again");
      }
      if (!host.time().bootId().equals(preview.facts().get("boot-id"))) {
        return ActionReport.refused("the host was booted again since the preview");
      }
      double before = host.files().space(preview.target()).availableBytes();
      String[] command = preview.steps().get(0).split(" ");
      Result result = host.commands().run(Command.of(execution.remaining(), command));
      if (!result.ok()) {
        return ActionReport.failed("journalctl: " + result.complaint());
      }
      double after = host.files().space(preview.target()).availableBytes();
      return ActionReport.of(
          after > before ? ActionReport.Result.DONE : ActionReport.Result.NOTHING_GAINED,
          Math.round(Math.max(0, after - before) / (1 << 20)) + " MiB more room",
          Map.of("available.bytes", before),
          Map.of("available.bytes", after));
    }
  }
}
