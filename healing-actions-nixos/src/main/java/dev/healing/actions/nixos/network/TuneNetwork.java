package dev.healing.actions.nixos.network;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Doubles a limit of the kernel's network for which its own counter says that it is too low, and
 * watches that counter for a minute: if it grows nearly as fast as before, the old value is put
 * back, unless somebody else has set another meanwhile. Only limits that hold at once and cost
 * nothing while they are not reached. Until the next boot; what it was stands in the preview, and
 * so in the journal, before anything is written.
 */
public final class TuneNetwork implements HealingAction {
  /** Where a counter is, and up to where its limit may go. */
  private record Limit(long most, Counter counter) {}

  /** Reads how often the limit has held something up since boot. */
  @FunctionalInterface
  private interface Counter {
    Optional<Long> read(HostFiles files);
  }

  private static final Map<String, Limit> LIMITS =
      Map.of(
          "net.core.netdev_max_backlog",
          new Limit(1L << 16, TuneNetwork::softnetDrops),
          "net.ipv4.tcp_max_tw_buckets",
          new Limit(1L << 20, TuneNetwork::timeWaitOverflows));

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
    Limit limit = LIMITS.get(setting);
    if (limit == null) {
      throw new RefusedException(
          setting + " is none of " + LIMITS.keySet() + ": it is for a person to set");
    }
    long old = value(setting);
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
      Preview preview, Limit limit, long old, long wanted, Execution execution) {
    String setting = preview.target();
    double before = pace(limit, BEFORE, execution);
    Checks.require(before > 0, setting + " has held up nothing for " + BEFORE.toSeconds() + " s");
    Checks.require(
        value(setting) == old && host.time().bootId().equals(preview.facts().get("boot-id")),
        setting + " was set otherwise since the preview");
    execution.progress("sets " + setting + " to " + wanted);
    host.files().writeSetting(path(setting), String.valueOf(wanted));
    double after;
    try {
      if (value(setting) != wanted) {
        return ActionReport.failed(setting + " is still " + value(setting));
      }
      after = pace(limit, AFTER, execution);
    } catch (HealingException e) {
      putBack(setting, old, wanted);
      throw e;
    }
    boolean helped = after <= HELPED * before;
    String back = helped ? "" : "; " + putBack(setting, old, wanted);
    String paces = Math.round(after) + " a minute are held up, instead of " + Math.round(before);
    return ActionReport.of(
        helped ? Result.DONE : Result.NOTHING_GAINED,
        setting + " set from " + old + " to " + wanted + ": " + paces + back,
        Map.of("network.refused.per_minute", before, "network.limit.count", (double) old),
        Map.of(
            "network.refused.per_minute", after, "network.limit.count", (double) value(setting)));
  }

  /** What somebody else has set since is theirs. */
  private String putBack(String setting, long old, long ours) {
    boolean interrupted = Thread.interrupted(); // who is stopped could not write any more
    try {
      long now = value(setting);
      if (now != ours) {
        return "somebody has set it to " + now + " since, which is left as it is";
      }
      host.files().writeSetting(path(setting), String.valueOf(old));
      return "set to " + old + " again, since it has not helped";
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** So many a minute. */
  private double pace(Limit limit, Duration window, Execution execution) {
    long beganNanos = host.time().monotonicNanos();
    long began = counted(limit);
    if (!execution.pause(window)) {
      throw new HealingException("stopped while it counted what is held up");
    }
    double minutes = (host.time().monotonicNanos() - beganNanos) / 60e9;
    return (counted(limit) - began) / minutes;
  }

  private long counted(Limit limit) {
    return limit
        .counter()
        .read(host.files())
        .orElseThrow(() -> new HostException("what it holds up is not counted any more"));
  }

  private long value(String setting) {
    String text = host.files().read(path(setting)).orElse("").strip();
    if (!text.matches("\\d{1,15}")) {
      throw new HostException(path(setting) + " is '" + text + "': expected a number");
    }
    return Long.parseLong(text);
  }

  private static String path(String setting) {
    return "/proc/sys/" + setting.replace('.', '/');
  }

  /** A line for each processor, in hexadecimal: processed, dropped, … */
  private static Optional<Long> softnetDrops(HostFiles files) {
    List<String> lines = files.read("/proc/net/softnet_stat").orElse("").strip().lines().toList();
    return lines.stream().allMatch(line -> line.matches("[0-9a-f]+ +[0-9a-f]{1,15} .*"))
        ? lines.stream().map(line -> Long.parseLong(line.split(" +")[1], 16)).reduce(Long::sum)
        : Optional.empty();
  }

  /** Two lines, names and values. */
  private static Optional<Long> timeWaitOverflows(HostFiles files) {
    List<String[]> lines =
        files
            .read("/proc/net/netstat")
            .orElse("")
            .lines()
            .filter(line -> line.startsWith("TcpExt: "))
            .map(line -> line.split(" "))
            .toList();
    int column = lines.size() == 2 ? List.of(lines.get(0)).indexOf("TCPTimeWaitOverflow") : -1;
    return column < 0 || column >= lines.get(1).length || !lines.get(1)[column].matches("\\d{1,18}")
        ? Optional.empty()
        : Optional.of(Long.parseLong(lines.get(1)[column]));
  }
}
