package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether packages were changed right before something, on a host with a package manager. A
 * generation of NixOS says more: see {@link GenerationBroken}. Reads what it needs once: of what
 * fails together hundreds may ask.
 */
final class PackageChange {
  private static final Duration BEFORE = Duration.ofMinutes(10);
  private static final int NAMED = 3;
  private static final String DPKG_LOG = "/var/log/dpkg.log";

  /** Written at every change: dpkg's, rpm's, pacman's, apk's. */
  private static final List<String> DATABASES =
      List.of(
          "/var/lib/dpkg/status",
          "/var/lib/rpm/rpmdb.sqlite",
          "/usr/lib/sysimage/rpm/rpmdb.sqlite",
          "/var/lib/pacman/local",
          "/lib/apk/db/installed");

  /** As {@code 2026-01-31 12:00:00 upgrade nginx:amd64 1.22.1-9 1.24.0-1}, in local time. */
  private static final Pattern DPKG =
      Pattern.compile(
          "(?m)^(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)"
              + " (install|upgrade|remove|purge) ([a-z0-9.+-]{1,100})");

  private final HostFiles files;
  private @Nullable List<Change> log;

  PackageChange(HostFiles files) {
    this.files = files;
  }

  /** A line of the log. */
  private record Change(Instant at, String what) {}

  /** What was changed, and how long before; empty if nothing is known to have been. */
  Optional<String> before(Instant failed) {
    try {
      for (String database : DATABASES) {
        Optional<Duration> before = before(database, failed);
        if (before.isPresent()) {
          String names = String.join(", ", changed(failed));
          return Optional.of(
              "packages were changed "
                  + before.get().toSeconds()
                  + " s before"
                  + (names.isEmpty() ? "" : ": " + names));
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // it is more than is needed
    }
    return Optional.empty();
  }

  private Optional<Duration> before(String database, Instant failed) throws IOException {
    if (!Files.exists(files.path(database))) {
      return Optional.empty();
    }
    Instant changed = Files.getLastModifiedTime(files.path(database)).toInstant();
    return lately(changed, failed)
        ? Optional.of(Duration.between(changed, failed))
        : Optional.empty();
  }

  private static boolean lately(Instant changed, Instant failed) {
    return !changed.isAfter(failed) && changed.isAfter(failed.minus(BEFORE));
  }

  private List<String> changed(Instant failed) {
    List<String> names = new ArrayList<>();
    for (Change change : log()) {
      if (lately(change.at(), failed)) {
        names.add(change.what());
      }
    }
    int more = names.size() - NAMED;
    if (more > 0) {
      names.subList(NAMED, names.size()).clear();
      names.add(more + " more");
    }
    return names;
  }

  private List<Change> log() {
    List<Change> known = log;
    if (known == null) {
      known = new ArrayList<>();
      Matcher line = DPKG.matcher(text());
      while (line.find()) {
        Instant at = instant(line.group(1), line.group(2));
        known.add(new Change(at, line.group(3) + " " + line.group(4)));
      }
      log = known;
    }
    return known;
  }

  private String text() {
    try {
      return files.read(DPKG_LOG).orElse("");
    } catch (HealingException e) {
      return ""; // too large, or not for us: then nobody knows which
    }
  }

  private static Instant instant(String day, String time) {
    try {
      return LocalDateTime.parse(day + "T" + time).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException e) {
      return Instant.MIN;
    }
  }
}
