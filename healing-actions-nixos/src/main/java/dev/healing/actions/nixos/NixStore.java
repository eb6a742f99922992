package dev.healing.actions.nixos;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Nix store of the host, asked and changed by Nix's own commands only. */
final class NixStore {
  static final String STORE = "/nix/store";
  static final String RUNNING = "/run/current-system";
  static final String PROFILE = "/nix/var/nix/profiles/system";
  private static final int LARGEST_OUTPUT = 64 << 20;
  private static final int SIZED_AT_MOST = 2_000;
  private static final int BATCH = 500;
  private static final int LINKS = 10;
  private static final Duration QUESTION = Duration.ofMinutes(2);
  private static final List<String> SYSTEM_LINKS = List.of(RUNNING, "/run/booted-system", PROFILE);

  private static final Pattern BUILDER = Pattern.compile("(?m)^nixbld\\d*:[^:]*:(\\d{1,9}):");

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

  /**
   * Why the store must be left alone now; empty if it need not be. Not only builds and switches:
   * the collector, copies and builders of the daemon too. The daemon itself is there all the time.
   */
  Optional<String> busy() {
    Set<Integer> builders = builders();
    return host.processes().all().stream()
        .filter(process -> process.state() != 'Z')
        .filter(process -> isBusy(process.name()) || builders.contains(process.uid()))
        .map(ProcessState::ref)
        .map(ref -> "Nix is at work (pid " + ref.pid() + "): not now")
        .findFirst()
        .or(() -> RollbackUnits.underWay(host));
  }

  private static boolean isBusy(String name) {
    return name.equals("switch-to-confi") || name.startsWith("nix") && !name.equals("nix-daemon");
  }

  /** The users that the daemon builds as: nixbld1 and so on. */
  private Set<Integer> builders() {
    Matcher line = BUILDER.matcher(host.files().read("/etc/passwd").orElse(""));
    Set<Integer> uids = new HashSet<>();
    while (line.find()) {
      uids.add(Integer.valueOf(line.group(1)));
    }
    return uids;
  }

  /** Refuses unless the store lies on the file system that is full. */
  void requireOn(String mount) {
    Optional<Object> device = Checks.device(host.files(), mount);
    Checks.require(
        device.isPresent() && device.equals(Checks.device(host.files(), STORE)),
        STORE + " is not on " + mount);
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
    String roots = ask("nix-store", "--gc", "--print-roots");
    for (String link : SYSTEM_LINKS) {
      target(link)
          .ifPresent(
              path ->
                  Checks.require(
                      roots.lines().anyMatch(line -> line.endsWith(" -> " + path)),
                      link
                          + " leads to "
                          + path
                          + ", which is no root: collecting would break it"));
    }
  }

  List<String> deadPaths() {
    return ask("nix-store", "--gc", "--print-dead")
        .lines()
        .filter(line -> line.startsWith(STORE + "/"))
        .toList();
  }

  /** The size of these paths together; unknown for very many, where asking takes too long. */
  OptionalLong size(List<String> paths) {
    if (paths.size() > SIZED_AT_MOST) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (int from = 0; from < paths.size(); from += BATCH) {
      Command question =
          Command.of(QUESTION, "nix-store", "--query", "--size")
              .operands(paths.subList(from, Math.min(paths.size(), from + BATCH)));
      CommandRunner.Result result = host.commands().run(question);
      if (!result.ok()) {
        return OptionalLong.empty();
      }
      sum += result.stdout().lines().mapToLong(line -> Long.parseLong(line.strip())).sum();
    }
    return OptionalLong.of(sum);
  }

  long availableBytes() {
    return host.files().space(STORE).availableBytes();
  }

  double usedFraction() {
    return host.files().space(STORE).usedFraction();
  }

  CommandRunner.Result run(Duration limit, String... argv) {
    return host.commands().run(new Command(List.of(argv), limit, 1 << 20));
  }

  private String ask(String... argv) {
    CommandRunner.Result result =
        host.commands().run(new Command(List.of(argv), QUESTION, LARGEST_OUTPUT));
    if (!result.ok() || result.truncated()) {
      throw new HostException(String.join(" ", argv) + ": " + result.complaint());
    }
    return result.stdout();
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
        throw new HostException(link + " cannot be read: " + e, e);
      }
    }
    return Optional.empty();
  }
}
