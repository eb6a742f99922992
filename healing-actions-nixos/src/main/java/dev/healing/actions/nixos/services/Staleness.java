package dev.healing.actions.nixos.services;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.actions.nixos.files.Directories;
import dev.healing.actions.nixos.files.OpenFiles;
import dev.healing.actions.nixos.services.RuntimeState.Stale;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a socket, PID or lock file is of any use to anybody. Which files are open is looked at
 * once.
 */
final class Staleness {
  static final String NOBODYS_PID = "a PID file whose process does not live";

  private static final Pattern LOCK_FILE = Pattern.compile("lock|.+\\.lock|LCK\\.\\..+");
  private static final Pattern PID = Pattern.compile("[1-9][0-9]{0,8}");
  private static final int TYPE = 0170000;
  private static final int SOCKET = 0140000;

  private final HostContext host;
  private @Nullable Set<Object> open;

  Staleness(HostContext host) {
    this.host = host;
  }

  /**
   * Judges an entry of a directory that is open.
   *
   * @param directoryName by the host's name
   * @param pidFile whether it is one by its name, or is declared to be
   * @return empty if it is of use, or nobody can tell
   */
  Optional<Stale> judge(
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
