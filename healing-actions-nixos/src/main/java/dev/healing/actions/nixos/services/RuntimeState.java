package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.files.Directories;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a service that is down has left under {@code /run} and may keep it from coming up: its
 * {@code PIDFile=}, and the sockets, lock and PID files right in its {@code RuntimeDirectory=}.
 *
 * <p>Only what the unit itself declares, and no other with it; never outside {@code /run}, through
 * a link or on another file system; never what some process still uses. Whoever may write there
 * gains nothing by swapping things: an entry is judged and deleted relative to the directory that
 * was opened. To be used at once: which files are open is looked at once.
 */
final class RuntimeState {
  private static final String RUN = "/run";
  private static final String PART = "[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]*";
  private static final Pattern BELOW_RUN = Pattern.compile(PART + "(/" + PART + ")*");
  private static final Pattern PID_FILE = Pattern.compile("pid|.+\\.pid");
  private static final int MOST = 20;

  /**
   * Something that may go.
   *
   * @param directory that it lies in, by the host's name
   * @param name in there
   * @param why it is of no use
   * @param identity which file, as it was seen
   */
  record Stale(String directory, String name, String why, String identity) {
    String path() {
      return directory + "/" + name;
    }
  }

  /**
   * What was found.
   *
   * @param stale by path, the first 20 that were found
   * @param shared paths that are left alone, each with who declares it too
   */
  record Leftovers(List<Stale> stale, List<String> shared) {}

  private final HostContext host;
  private final String unit;
  private final Staleness staleness;

  RuntimeState(HostContext host, String unit) {
    this.host = host;
    this.unit = unit;
    this.staleness = new Staleness(host);
  }

  /** What is stale now; nothing while processes of the unit are left. */
  Leftovers find() {
    Map<String, String> declared =
        host.systemd().properties(unit, Set.of("PIDFile", "RuntimeDirectory"));
    boolean any = declared.values().stream().anyMatch(value -> !value.isEmpty());
    if (!any || host.processes().all().stream().anyMatch(p -> p.unit().equals(Optional.of(unit)))) {
      return new Leftovers(List.of(), List.of());
    }
    RuntimeClaims others = RuntimeClaims.ofOthersThan(unit, host);
    Set<Stale> found = new TreeSet<>(Comparator.comparing(Stale::path));
    List<String> shared = new ArrayList<>();
    String pidFile = declared.getOrDefault("PIDFile", "");
    if (pidFile.startsWith(RUN + "/") && BELOW_RUN.matcher(pidFile.substring(5)).matches()) {
      Path file = Path.of(pidFile);
      others
          .file(pidFile)
          .ifPresentOrElse(
              other -> shared.add(pidFile + " (" + other + ")"),
              () -> look(String.valueOf(file.getParent()), Optional.of(file.getFileName()), found));
    }
    for (String below : declared.getOrDefault("RuntimeDirectory", "").split(" ")) {
      if (BELOW_RUN.matcher(below).matches()) {
        String directory = RUN + "/" + below;
        others
            .directory(directory)
            .ifPresentOrElse(
                other -> shared.add(directory + " (" + other + ")"),
                () -> look(directory, Optional.empty(), found));
      }
    }
    return new Leftovers(List.copyOf(found), List.copyOf(shared));
  }

  /** Looks at one entry of a directory, or at all, until enough is found. */
  private void look(String name, Optional<Path> only, Set<Stale> found) {
    try (SecureDirectoryStream<Path> directory = open(name)) {
      if (only.isPresent()) {
        staleness.judge(directory, name, only.orElseThrow(), true).ifPresent(found::add);
        return;
      }
      for (Path entry : directory) {
        Checks.require(
            !Thread.currentThread().isInterrupted(),
            name + ": there is too much to look at in time");
        if (found.size() >= MOST) {
          return;
        }
        Path own = Objects.requireNonNull(entry.getFileName());
        staleness
            .judge(directory, name, own, PID_FILE.matcher(own.toString()).matches())
            .ifPresent(found::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Not there, a link, or not for us: nothing of it is judged, so nothing of it is dropped.
    }
  }

  /**
   * Deletes it if it is still what was seen, and still stale.
   *
   * @return whether it is gone by us
   */
  boolean drop(Stale stale) {
    Path own = Path.of(stale.name());
    boolean pidFile = stale.why().equals(Staleness.NOBODYS_PID);
    try (SecureDirectoryStream<Path> directory = open(stale.directory())) {
      boolean same =
          staleness
              .judge(directory, stale.directory(), own, pidFile)
              .filter(stale::equals)
              .isPresent();
      if (same) {
        directory.deleteFile(own);
      }
      return same;
    } catch (IOException e) {
      return false; // gone, swapped or forbidden since it was seen
    }
  }

  private SecureDirectoryStream<Path> open(String name) throws IOException {
    SecureDirectoryStream<Path> opened = Directories.open(host.files().path(name));
    try (SecureDirectoryStream<Path> run = Directories.open(host.files().path(RUN))) {
      String device = Directories.device(Directories.key(run));
      if (Directories.device(Directories.key(opened)).equals(device)) {
        return opened;
      }
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    opened.close();
    throw new IOException(name + " is on another file system than " + RUN);
  }
}
