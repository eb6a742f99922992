package dev.healing.actions.nixos;

import dev.healing.api.HealingException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether the wall clock can be believed when it makes files old. One that is years ahead, because
 * the battery of its chip is empty or somebody mistyped a year, makes everything old.
 *
 * <p>What was written under the wrong clock has wrong times too, so only what is from before
 * counts: the newest change that was made before the host was booted, as this clock reckons that.
 * Where it lies more than a year before, the host was off for so long, or the clock leapt; also if
 * it leapt since the boot, for then what was written before seems to be from before the boot. Which
 * of the two it is, only somebody else knows: the kernel, if its clock is synchronized. A leap of
 * less than a year, and one that a whole boot lies behind, cannot be told.
 */
public final class WallClock {
  private static final Duration LONGEST_OFF = Duration.ofDays(365);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
  private static final String ASKER = "timedatectl";

  /** Here something is changed on every host, if only by updates. */
  private static final List<Path> SYSTEM = List.of(Path.of("/etc"), Path.of("/var/lib"));

  private static final int DEPTH = 2;
  private static final int MOST_ENTRIES = 2000; // of each: that is no matter of a second

  private final Instant booted;
  private Optional<Instant> newest = Optional.empty();
  private int left;

  private WallClock(Instant booted) {
    this.booted = booted;
  }

  /**
   * Why it cannot be; empty if nothing speaks against it.
   *
   * @param roots where something is changed now and then, besides where it is on every host
   */
  public static Optional<String> doubt(HostContext host, List<Path> roots) {
    Instant now = host.time().now();
    WallClock clock = new WallClock(now.minus(uptime(host)));
    List<Path> known = new ArrayList<>(SYSTEM);
    known.addAll(roots);
    for (Path directory : known) {
      clock.left = MOST_ENTRIES;
      clock.look(host.files().path(directory.toString()), DEPTH);
    }
    return clock
        .newest
        .filter(last -> Duration.between(last, clock.booted).compareTo(LONGEST_OFF) > 0)
        .filter(last -> !synchronizedByOthers(host))
        .map(
            last ->
                "the clock says "
                    + now
                    + ", but between "
                    + last
                    + " and the boot, which would be at "
                    + clock.booted
                    + ", nothing was changed in "
                    + known
                    + ": unless the host was off for "
                    + Duration.between(last, clock.booted).toDays()
                    + " days, the clock is wrong, and what looks old is not; set it, or have it"
                    + " synchronized (timedatectl set-ntp true)");
  }

  /** None where it is not told: then whatever is not from now is from before. */
  private static Duration uptime(HostContext host) {
    String[] seconds = host.files().read("/proc/uptime").orElse("0").split("[. ]");
    return Duration.ofSeconds(Long.parseLong(seconds[0].strip()));
  }

  private static boolean synchronizedByOthers(HostContext host) {
    if (host.commands().which(ASKER).isEmpty()) {
      return false;
    }
    try {
      Command ask = Command.of(TIME_LIMIT, ASKER, "show", "--property=NTPSynchronized", "--value");
      return host.commands().run(ask).stdout().strip().equals("yes");
    } catch (HealingException e) {
      return false;
    }
  }

  private void look(Path directory, int depth) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (left-- <= 0) {
          return;
        }
        Map<String, Object> seen =
            Files.readAttributes(entry, "unix:ctime,isDirectory", LinkOption.NOFOLLOW_LINKS);
        Instant changed = ((FileTime) Objects.requireNonNull(seen.get("ctime"))).toInstant();
        if (changed.isBefore(booted) && newest.filter(changed::isBefore).isEmpty()) {
          newest = Optional.of(changed);
        }
        if (depth > 1 && Boolean.TRUE.equals(seen.get("isDirectory"))) {
          look(entry, depth - 1);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Not there, not ours, or gone meanwhile: the others tell.
    }
  }
}
