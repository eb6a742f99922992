package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Preconditions and words that the actions share. */
public final class Checks {
  /** Where Nix builds: those are jobs that grow, and whoever waits for one gains nothing. */
  public static final List<String> NIX_BUILDERS =
      List.of("nix-daemon.service", "nixos-upgrade.service");

  private Checks() {}

  /** Refuses an issue that is not for this action. */
  public static void treats(ActionDescription action, Issue issue) {
    require(
        action.treats().contains(issue.type()),
        action.id() + " is no remedy for " + issue.type() + "; it treats " + action.treats());
  }

  /** Refuses unless it holds, for this reason. */
  public static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new RefusedException(otherwise);
    }
  }

  /** Refuses if there is a reason. */
  public static void refuseIf(Optional<String> why) {
    why.ifPresent(
        text -> {
          throw new RefusedException(text);
        });
  }

  /** Why what needs a service manager cannot be used here. */
  public static Optional<String> withoutSystemd(HostContext host) {
    var systemd = host.systemd().availability();
    return systemd.available()
        ? Optional.empty()
        : Optional.of("not applicable here: " + systemd.how());
  }

  /** Why no process can be signalled here: the host does it by perl, or not at all. */
  public static Optional<String> withoutPidFd(HostContext host) {
    return host.commands().which("perl").isPresent()
        ? Optional.empty()
        : Optional.of(
            "no process can be signalled here without the chance to hit another that got its"
                + " number: install perl, which can use pidfd");
  }

  /** The unit, or a refusal. */
  public static UnitState unit(HostContext host, String name) {
    return host.systemd()
        .unit(name)
        .orElseThrow(() -> new RefusedException(name + ": systemd knows no such unit"));
  }

  /** The device number that holds the path, links followed; empty if there is no such path. */
  public static Optional<Object> device(HostFiles files, String absolute) {
    Path path = files.path(absolute);
    try {
      return Files.exists(path)
          ? Optional.of(Files.getAttribute(path, "unix:dev"))
          : Optional.empty();
    } catch (IOException e) {
      throw new HostException(
          absolute + ": its device cannot be read: " + HostException.reason(e), e);
    }
  }

  /** Bytes for people. */
  public static String size(double bytes) {
    if (bytes >= 1L << 30) {
      return String.format(Locale.ROOT, "%.1f GiB", bytes / (1L << 30));
    }
    if (bytes >= 1L << 20) {
      return String.format(Locale.ROOT, "%.1f MiB", bytes / (1L << 20));
    }
    return String.format(Locale.ROOT, "%.0f KiB", bytes / 1024);
  }

  /** Use down to which to go: as configured, or further if the issue is only over further down. */
  public static double target(double configured, Issue issue) {
    Metric clears = Metric.of(Metric.CLEARS_BELOW, issue.components().first());
    return Math.min(configured, issue.metrics().getOrDefault(clears.toString(), configured));
  }

  /** A duration of a configuration: what is waited for longer than a day, nobody waits for. */
  public static Duration atMostADay(Configuration section, String key, Duration otherwise) {
    Duration written = section.duration(key, otherwise);
    if (written.compareTo(Duration.ofDays(1)) > 0) {
      section.contradiction(key, "at most 1d");
      return otherwise;
    }
    return written;
  }
}
