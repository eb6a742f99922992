package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The Nix store of the host, asked and changed by Nix's own commands only. */
final class NixStore {
  static final String STORE = "/nix/store";
  static final String RUNNING = "/run/current-system";
  static final String PROFILE = "/nix/var/nix/profiles/system";
  static final String BOOTED = "/run/booted-system";

  /**
   * A generation that is known to work, by whatever set this link: kept like the current one. Nix
   * takes it for a root, since it lies among the profiles.
   */
  static final String LAST_KNOWN_GOOD = "/nix/var/nix/profiles/system-last-known-good";

  private static final int LONGEST_LINE = 1 << 20;
  private static final String SOCKET = "/nix/var/nix/daemon-socket/socket";
  private static final int LINKS = 10;
  private static final Duration QUESTION = Duration.ofMinutes(2);
  private static final List<String> SYSTEM_LINKS = List.of(RUNNING, BOOTED, PROFILE);

  private final HostContext host;

  NixStore(HostContext host) {
    this.host = host;
  }

  Optional<String> unavailable() {
    if (!Files.isDirectory(host.files().path(STORE))) {
      return Optional.of("not applicable here: no Nix store at " + STORE);
    }
    return host.commands().which("nix-store").isPresent()
        ? Optional.empty()
        : Optional.of("not applicable here: there is a Nix store but no nix-store in PATH");
  }

  /** Why the store must be left alone now; empty if it need not be. */
  Optional<String> busy() {
    return NixAtWork.on(host);
  }

  /** Refuses unless the store lies on the file system that is full. */
  void requireOn(String mount) {
    Checks.require(isOn(mount), STORE + " is not on " + mount);
  }

  boolean isOn(String mount) {
    Optional<Object> device = Checks.device(host.files(), mount);
    return device.isPresent() && device.equals(Checks.device(host.files(), STORE));
  }

  /** Where the current and booted system and the profile lead to in the store. */
  TreeMap<String, String> facts() {
    TreeMap<String, String> facts = new TreeMap<>();
    facts.put("boot-id", host.time().bootId());
    SYSTEM_LINKS.forEach(link -> target(link).ifPresent(path -> facts.put(link, path)));
    return facts;
  }

  /** Refuses to do what was previewed if Nix is at work, or has been since. */
  void requireUnchanged(Map<String, String> previewed, Map<String, String> now) {
    Checks.refuseIf(busy());
    Checks.require(now.equals(previewed), "the system was switched since the preview");
  }

  /** Refuses unless all that the system lives from is a root of the collector. */
  void requireSystemRooted() {
    Checks.require(
        target(RUNNING).isPresent() || !Files.exists(host.files().path("/etc/NIXOS")),
        RUNNING + " leads nowhere on this NixOS: what must not be collected is not known");
    Map<String, String> unrooted = new LinkedHashMap<>(); // path to link
    for (String link : List.of(RUNNING, BOOTED, PROFILE, LAST_KNOWN_GOOD)) {
      target(link).ifPresent(path -> unrooted.putIfAbsent(path, link));
    }
    String arrow = " -> ";
    ask(
        root -> unrooted.remove(root.substring(root.lastIndexOf(arrow) + arrow.length())),
        "--gc",
        "--print-roots");
    unrooted.forEach(
        (path, link) -> {
          throw new RefusedException(
              link + " leads to " + path + ", which is no root: collecting would break it");
        });
  }

  StorePaths deadPaths() {
    StorePaths dead = new StorePaths();
    ask(
        line -> {
          if (line.startsWith(STORE + "/")) {
            dead.accept(line);
          }
        },
        "--gc",
        "--print-dead");
    return dead;
  }

  /** All that lies in the store, with what nobody knows. */
  StorePaths allPaths() {
    StorePaths all = new StorePaths();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(host.files().path(STORE))) {
      for (Path path : paths) {
        String name = path.getFileName().toString();
        if (!name.startsWith(".")) {
          all.accept(STORE + "/" + name);
        }
      }
    } catch (IOException e) {
      throw new HostException(STORE + " cannot be listed: " + HostException.reason(e), e);
    }
    return all;
  }

  HostFiles.Space space() {
    return host.files().space(STORE);
  }

  /** Whether the store is the daemon's, which then does the work, in its own name and order. */
  boolean daemon() {
    return Files.exists(host.files().path(SOCKET))
        && (host.processes().all().stream()
                .anyMatch(process -> process.name().equals(NixAtWork.DAEMON))
            || activeUnit(NixAtWork.DAEMON + ".socket"));
  }

  private boolean activeUnit(String unit) {
    return host.systemd().availability().available()
        && host.systemd().unit(unit).filter(u -> u.activeState().equals("active")).isPresent();
  }

  /**
   * Runs nix-store through the daemon where there is one, and with what others leave over of
   * processor and disk: it works for as long as minutes while the host serves.
   */
  CommandRunner.Result work(Duration limit, String... arguments) {
    List<String> argv = new ArrayList<>();
    if (idlePriority()) {
      argv.addAll(List.of("ionice", "-c3", "nice", "-n19"));
    }
    argv.addAll(nixStore(arguments));
    return host.commands().run(new Command(argv, limit, 1 << 20).asApart());
  }

  private boolean idlePriority() {
    return host.commands().which("ionice").isPresent() && host.commands().which("nice").isPresent();
  }

  /** In whose name and with which priority {@link #work} is done, for a preview. */
  String workers() {
    if (daemon()) {
      return "through the Nix daemon, with its priority";
    }
    return idlePriority() ? "with idle priority for disk and processor" : "with usual priority";
  }

  private List<String> nixStore(String... arguments) {
    List<String> argv = new ArrayList<>(List.of("nix-store"));
    if (daemon()) {
      argv.addAll(List.of("--option", "store", "daemon"));
    }
    argv.addAll(List.of(arguments));
    return argv;
  }

  CommandRunner.Result run(Duration limit, String... argv) {
    return host.commands().run(new Command(List.of(argv), limit, 1 << 20).asApart());
  }

  private void ask(Consumer<String> line, String... arguments) {
    List<String> argv = nixStore(arguments);
    CommandRunner.Result result =
        host.commands().run(new Command(argv, QUESTION, LONGEST_LINE).asApart(), line);
    if (!result.ok() || result.truncated()) {
      throw new HostException(
          String.join(" ", argv)
              + ": "
              + (result.ok() ? "says more than can be read" : result.complaint()));
    }
  }

  /** Follows links by the host's names until they enter the store. */
  Optional<String> target(String link) {
    Path at = Path.of(link);
    for (int i = 0; i < LINKS; i++) {
      if (at.startsWith(STORE)) {
        return Optional.of(at.toString());
      }
      Path here = host.files().path(at.toString());
      if (!Files.exists(here, LinkOption.NOFOLLOW_LINKS) || !Files.isSymbolicLink(here)) {
        return Optional.empty();
      }
      try {
        at = at.resolveSibling(Files.readSymbolicLink(here)).normalize();
      } catch (IOException e) {
        throw new HostException(link + " cannot be read: " + HostException.reason(e), e);
      }
    }
    return Optional.empty();
  }
}
