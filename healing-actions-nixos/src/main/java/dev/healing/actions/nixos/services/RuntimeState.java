package dev.healing.actions.nixos.services;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.files.Directories;
import dev.healing.actions.nixos.files.OpenFiles;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a service that is down has left under {@code /run} and may keep it from coming up: its
 * {@code PIDFile=}, and the sockets, lock and PID files right in its {@code RuntimeDirectory=}.
 *
 * <p>Only what the unit itself declares, and no other with it; never outside {@code /run}, through
 * a link or on another file system; never what some process still uses. Whoever may write there
 * gains nothing by swapping things: an entry is judged and deleted relative to the directory that
 * was opened. Which files are open is looked at once: it is to be used at once.
 */
final class RuntimeState {
  private static final String RUN = "/run";
  private static final String PART = "[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]*";
  private static final Pattern BELOW_RUN = Pattern.compile(PART + "(/" + PART + ")*");
  private static final Pattern PID_FILE = Pattern.compile("pid|.+\\.pid");
  private static final Pattern LOCK_FILE = Pattern.compile("lock|.+\\.lock|LCK\\.\\..+");
  private static final String NOBODYS_PID = "a PID file whose process does not live";
  private static final Pattern PID = Pattern.compile("[1-9][0-9]{0,8}");
  private static final int TYPE = 0170000;
  private static final int SOCKET = 0140000;
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
  private @Nullable Set<Object> open;

  RuntimeState(HostContext host, String unit) {
    this.host = host;
    this.unit = unit;
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
        judge(directory, name, only.orElseThrow(), true).ifPresent(found::add);
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
        judge(directory, name, own, PID_FILE.matcher(own.toString()).matches())
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
    boolean pidFile = stale.why().equals(NOBODYS_PID);
    try (SecureDirectoryStream<Path> directory = open(stale.directory())) {
      boolean same =
          judge(directory, stale.directory(), own, pidFile).filter(stale::equals).isPresent();
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

  private Optional<Stale> judge(
      SecureDirectoryStream<Path> directory, String directoryName, Path name, boolean pidFile)
      throws IOException {
    BasicFileAttributes seen = Directories.attributes(directory, name);
    Path full = host.files().path(directoryName).resolve(name);
    Map<String, Object> byPath =
        Files.readAttributes(full, "unix:mode,nlink,fileKey", NOFOLLOW_LINKS);
    if (!Objects.equals(byPath.get("fileKey"), seen.fileKey())) {
      return Optional.empty(); // swapped under our eyes
    }
    boolean socket = ((Integer) Objects.requireNonNull(byPath.get("mode")) & TYPE) == SOCKET;
    boolean plain = seen.isRegularFile() && Integer.valueOf(1).equals(byPath.get("nlink"));
    String why = "";
    if (socket && !bound(name.toString()) && !answers(full)) {
      why = "a socket at which nobody listens";
    } else if (plain && pidFile && !lives(directory, name) && !open(seen)) {
      why = NOBODYS_PID;
    } else if (plain
        && LOCK_FILE.matcher(name.toString()).matches()
        && !open(seen)
        && !namesAlive(directory, name)) {
      why = "a lock file that no process has open";
    }
    String identity = seen.fileKey() + " " + seen.lastModifiedTime().toMillis() + " " + seen.size();
    return why.isEmpty()
        ? Optional.empty()
        : Optional.of(new Stale(directoryName, name.toString(), why, identity));
  }

  /** By its last part, since a path may be relative to whoever bound it. */
  private boolean bound(String name) {
    Optional<String> sockets = host.files().read("/proc/net/unix");
    return sockets.isEmpty()
        || sockets
            .orElseThrow()
            .lines()
            .anyMatch(line -> line.endsWith("/" + name) || line.endsWith(" " + name));
  }

  /**
   * Who listens from another network name space is not listed. To be connected to is nothing that a
   * server does not see every day, and only one that is not listed sees it.
   */
  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      channel.connect(UnixDomainSocketAddress.of(socket));
      return true;
    } catch (ConnectException e) {
      return false; // refused: nobody
    } catch (IOException e) {
      return true; // of another kind, busy, or not for us: who knows
    }
  }

  /** Whether what it names lives, or it names nothing that could be told. */
  private boolean lives(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    String text = firstLine(directory, name);
    return !PID.matcher(text).matches()
        || host.processes().find(Long.parseLong(text)).filter(p -> p.state() != 'Z').isPresent();
  }

  private static String firstLine(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    ByteBuffer start = ByteBuffer.allocate(32);
    try (SeekableByteChannel channel =
        directory.newByteChannel(name, Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS))) {
      channel.read(start);
    }
    String text = new String(start.array(), 0, start.position(), StandardCharsets.US_ASCII);
    return text.strip().lines().findFirst().orElse("").strip();
  }

  /** Many who lock write their number into the file and close it. */
  private boolean namesAlive(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    return PID.matcher(firstLine(directory, name)).matches() && lives(directory, name);
  }

  private boolean open(BasicFileAttributes seen) {
    if (open == null) {
      open = OpenFiles.keys(host.files());
    }
    return open.contains(seen.fileKey());
  }
}
