package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file system runs out of bytes or inodes; those that lie on one pool which does ({@link
 * SharedRoom}) are one problem. Configured by {@link LevelKeys}, for all mounts and under {@code
 * mounts} for one: {@code mounts: {/scratch: off, /data: {high: 95%}}}.
 */
public final class DiskFull implements Detector {
  private static final LevelKeys DEFAULTS = new LevelKeys(0.90, 0.95, 0.85, new NofM(3, 5));

  /** From here on it is why a unit that needs this file system fails, and the host is slow. */
  private static final double EXHAUSTED = 0.99;

  /** Of a large one a hundredth is much: where so much is left, hardly anybody fails for it. */
  private static final double ENOUGH_BYTES = 1L << 30;

  private final SharedRoom shared;
  private final LevelKeys usual;
  private final Map<String, LevelKeys> special;
  private final Set<String> ignored;
  private final Map<String, Room> rooms = new HashMap<>();

  private DiskFull(
      SharedRoom shared, LevelKeys usual, Map<String, LevelKeys> special, Set<String> ignored) {
    this.shared = shared;
    this.usual = usual;
    this.special = Map.copyOf(special);
    this.ignored = Set.copyOf(ignored);
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "disk_full";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      LevelKeys usual = LevelKeys.of(section, DEFAULTS);
      Map<String, LevelKeys> special = new HashMap<>();
      Set<String> ignored = new TreeSet<>();
      Configuration mounts = section.section("mounts");
      for (String mount : mounts.keys()) {
        Configuration own = mounts.section(mount);
        if (!mount.startsWith("/") || mount.length() > 1 && mount.endsWith("/")) {
          mounts.contradiction(mount, "under the name of a mount point, such as /data"); // no match
        }
        if (own.enabled()) {
          special.put(mount, LevelKeys.of(own, usual));
        } else {
          ignored.add(mount);
        }
      }
      return new DiskFull(new SharedRoom(context.files()), usual, special, ignored);
    }
  }

  /** The two things that a file system can run out of. */
  private record Room(Level bytes, Level inodes) {
    static Room of(LevelKeys keys) {
      return new Room(keys.level(), keys.level());
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.DISK_FULL);
  }

  @Override
  public Detection detect(HostState state) {
    Set<String> present = state.components(Metric.FILESYSTEM_USED);
    Set<String> mounts = new TreeSet<>(present);
    mounts.addAll(rooms.keySet());
    for (Unreadable one : state.unreadable()) {
      if (one.what().startsWith("/")) {
        mounts.add(one.what());
      }
    }
    mounts.removeAll(ignored);
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (String mount : mounts) {
      if (unmounted(state, present, mount)) {
        rooms.remove(mount);
      } else {
        judge(state, mount, issues, unreadable);
      }
    }
    return new Detection(shared.together(state, issues), unreadable);
  }

  /**
   * Whether it was away for a whole window in which others could be read and nobody called it
   * unreadable: then its problem went with it.
   */
  private boolean unmounted(HostState state, Set<String> present, String mount) {
    Room room = rooms.get(mount);
    return room != null
        && !present.isEmpty()
        && !present.contains(mount)
        && !state.unreadable(mount)
        && room.bytes().absent(mount) >= keys(mount).of().m();
  }

  private LevelKeys keys(String mount) {
    return special.getOrDefault(mount, usual);
  }

  private void judge(
      HostState state, String mount, List<Issue> issues, List<Unreadable> unreadable) {
    Metric used = Metric.of(Metric.FILESYSTEM_USED, mount);
    Metric inodesUsed = Metric.of(Metric.FILESYSTEM_INODES_USED, mount);
    Room room = rooms.computeIfAbsent(mount, m -> Room.of(keys(m)));
    Level.Standing bytes = room.bytes().update(state, mount, used);
    Level.Standing inodes = room.inodes().update(state, mount, inodesUsed);
    if (bytes.bad() || inodes.bad()) {
      issues.add(issue(state, mount, bytes, inodes, keys(mount).clear()));
    } else if (bytes == Level.Standing.UNKNOWN) {
      unreadable.add(why(state, mount, used, room.bytes()));
    } else if (inodes == Level.Standing.UNKNOWN) {
      unreadable.add(why(state, mount, inodesUsed, room.inodes()));
    } else if (state.sample(used).isEmpty() && state.unreadable(mount)) {
      unreadable.add(why(state, mount, used, room.bytes()));
    }
  }

  private static Unreadable why(HostState state, String mount, Metric used, Level level) {
    return state.unreadable(mount)
        ? Evidence.why(state, mount, mount)
        : Evidence.why(state, mount, used, level);
  }

  private static Issue issue(
      HostState state, String mount, Level.Standing bytes, Level.Standing inodes, double clear) {
    Metric used = Metric.of(Metric.FILESYSTEM_USED, mount);
    Metric available = Metric.of(Metric.FILESYSTEM_AVAILABLE, mount);
    Metric inodesUsed = Metric.of(Metric.FILESYSTEM_INODES_USED, mount);
    Evidence evidence = Evidence.of(state, used, available, inodesUsed).clearing(mount, clear);
    List<String> text = new ArrayList<>();
    if (bytes.bad()) {
      text.add(Texts.percent(evidence.value(used)) + " of its bytes are in use");
    }
    if (inodes.bad()) {
      text.add(Texts.percent(evidence.value(inodesUsed)) + " of its inodes are in use");
    }
    room(evidence, available).ifPresent(text::add);
    boolean critical = bytes == Level.Standing.CRITICAL || inodes == Level.Standing.CRITICAL;
    boolean exhausted =
        bytes.bad()
                && evidence.value(used) >= EXHAUSTED
                && !(evidence.value(available) >= ENOUGH_BYTES)
            || inodes.bad() && evidence.value(inodesUsed) >= EXHAUSTED;
    return Issue.of(
            state.at(),
            IssueType.DISK_FULL,
            critical ? Severity.CRITICAL : Severity.HIGH,
            mount + ": " + String.join(", ", text),
            evidence.metrics(),
            List.of(mount))
        .explaining(exhausted ? List.of(MountUnit.of(mount), SystemSlow.COMPONENT) : List.of());
  }

  private static Optional<String> room(Evidence evidence, Metric available) {
    return evidence.has(available)
        ? Optional.of(Texts.bytes(evidence.value(available)) + " available")
        : Optional.empty();
  }
}
