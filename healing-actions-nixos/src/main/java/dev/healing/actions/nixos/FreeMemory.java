package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
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
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the kernel to reclaim memory that services have not used for long, by cgroup v2 {@code
 * memory.reclaim}: the services with the most inactive memory first, and at most a quarter of all
 * memory. Key: {@code target} (memory in use down to which it reclaims, default 80%).
 */
public final class FreeMemory implements HealingAction {
  private static final String SLICE = "/sys/fs/cgroup/system.slice";
  private static final double MOST = 0.25;
  private static final Pattern INACTIVE =
      Pattern.compile("(?m)^inactive_(?:file|anon) (\\d{1,18})$");
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.FREE_MEMORY,
          "reclaims memory that services have not used for long",
          Set.of(IssueType.MEMORY_HIGH),
          Risk.MEDIUM,
          Set.of(Privilege.WRITE_SYSTEM_FILES),
          true,
          "what is used again is read back from disk or swap by itself",
          Duration.ofSeconds(1),
          Duration.ofMinutes(1));

  private final HostContext host;
  private final double target;

  private FreeMemory(HostContext host) {
    this.host = host;
    this.target = host.configuration().fraction("target", 0.80);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new FreeMemory(context);
    }
  }

  /** How much to ask one service's cgroup for. */
  private record Share(String unit, long bytes) {}

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    return reclaimable()
        ? Optional.empty()
        : Optional.of("not applicable here: no cgroup v2 memory controller (memory.reclaim)");
  }

  /**
   * The slice, or one of its services: a container may delegate the controller only further down.
   */
  private boolean reclaimable() {
    Path slice = host.files().path(SLICE);
    if (Files.exists(slice.resolve("memory.reclaim"))) {
      return true;
    }
    if (!Files.isDirectory(slice)) {
      return false;
    }
    try (DirectoryStream<Path> services =
        Files.newDirectoryStream(slice, child -> Files.exists(child.resolve("memory.reclaim")))) {
      return services.iterator().hasNext();
    } catch (IOException e) {
      throw new HostException(SLICE + " cannot be listed: " + e, e);
    }
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    MemAvailable memory = MemAvailable.read(host.files());
    long goal = (long) (memory.usedBytes() - target * memory.totalBytes());
    long wanted = Math.min(goal, (long) (MOST * memory.totalBytes()));
    Checks.require(
        wanted > 0,
        "less than " + Math.round(target * 100) + " % of memory is in use: nothing to reclaim");
    List<Share> shares = shares(wanted);
    Checks.require(!shares.isEmpty(), "no service that may be touched has inactive memory");
    List<String> steps = new ArrayList<>();
    TreeMap<String, String> facts = new TreeMap<>(Map.of("boot-id", host.time().bootId()));
    long sum = 0;
    for (Share share : shares) {
      steps.add("reclaim " + Checks.size(share.bytes()) + " from " + share.unit());
      facts.put("cgroup " + share.unit(), inode(share.unit()));
      sum += share.bytes();
    }
    Preview preview =
        new Preview(
            "memory",
            "memory",
            steps,
            OptionalLong.of(shares.size()),
            OptionalLong.of(sum),
            Duration.ofSeconds(2),
            facts);
    return new Prepared(preview, execution -> execute(preview, shares, execution));
  }

  private List<Share> shares(long wanted) {
    List<Share> inactive = new ArrayList<>();
    try (DirectoryStream<Path> services =
        Files.newDirectoryStream(host.files().path(SLICE), "*.service")) {
      for (Path service : services) {
        String unit = service.getFileName().toString();
        long bytes = inactiveBytes(unit);
        if (bytes > 0 && host.protection().unit(unit, host.systemd()).isEmpty()) {
          inactive.add(new Share(unit, bytes));
        }
      }
    } catch (IOException e) {
      throw new HostException(SLICE + " cannot be listed: " + e, e);
    }
    inactive.sort(Comparator.comparingLong(Share::bytes).reversed().thenComparing(Share::unit));
    List<Share> shares = new ArrayList<>();
    long left = wanted;
    for (Share share : inactive) {
      if (left > 0) {
        shares.add(new Share(share.unit(), Math.min(left, share.bytes())));
        left -= share.bytes();
      }
    }
    return shares;
  }

  private long inactiveBytes(String unit) {
    String cgroup = SLICE + "/" + unit;
    if (!Files.exists(host.files().path(cgroup + "/memory.reclaim"))) {
      return 0;
    }
    Matcher line = INACTIVE.matcher(host.files().read(cgroup + "/memory.stat").orElse(""));
    long sum = 0;
    while (line.find()) {
      sum += Long.parseLong(line.group(1));
    }
    return sum;
  }

  /** A unit that was started again has another cgroup. */
  private String inode(String unit) {
    try {
      return String.valueOf(Files.getAttribute(host.files().path(SLICE + "/" + unit), "unix:ino"));
    } catch (IOException e) {
      return "gone";
    }
  }

  private ActionReport execute(Preview preview, List<Share> shares, Execution execution) {
    for (Share share : shares) {
      if (!inode(share.unit()).equals(preview.facts().get("cgroup " + share.unit()))) {
        return ActionReport.refused(share.unit() + " was stopped or restarted since the preview");
      }
    }
    double before = MemAvailable.read(host.files()).availableBytes();
    for (Share share : shares) {
      if (execution.cancelled()) {
        break;
      }
      try {
        host.files()
            .writeSetting(
                SLICE + "/" + share.unit() + "/memory.reclaim", Long.toString(share.bytes()));
      } catch (HostException e) {
        // The kernel says EAGAIN when it found less than it was asked for: measured below.
        execution.progress(share.unit() + ": gave back less than asked: " + e.getMessage());
      }
    }
    double after = MemAvailable.read(host.files()).availableBytes();
    return ActionReport.of(
        after > before ? Result.DONE : Result.NOTHING_GAINED,
        Checks.size(Math.max(0, after - before)) + " more memory is available",
        Map.of("memory.available.bytes", before),
        Map.of("memory.available.bytes", after));
  }
}
