package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.nix.Thinning.Generation;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The generations of the system profile. */
final class Generations {
  private static final String PROFILES = "/nix/var/nix/profiles";
  private static final Pattern GENERATION = Pattern.compile("system-(\\d{1,9})-link");

  private final HostContext host;
  private final NixStore store;

  Generations(HostContext host, NixStore store) {
    this.host = host;
    this.store = store;
  }

  /** The generation that the profile names. */
  Optional<Integer> named() {
    try {
      return number(Files.readSymbolicLink(host.files().path(NixStore.PROFILE)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The same; refuses if it names none. */
  int current() {
    return named()
        .orElseThrow(
            () ->
                new RefusedException(
                    NixStore.PROFILE + ": expected a readable link to system-N-link beside it"));
  }

  /** Its path in the store. */
  Optional<String> system(int generation) {
    return store.target(PROFILES + "/system-" + generation + "-link");
  }

  /** The path in the store that is known to be good. */
  Optional<String> lastKnownGood() {
    return store.target(NixStore.LAST_KNOWN_GOOD);
  }

  /** The newest generation that is this system. */
  Optional<Integer> of(String system) {
    return numbers().descendingSet().stream()
        .filter(generation -> system(generation).equals(Optional.of(system)))
        .findFirst();
  }

  /**
   * What to roll back to: the last-known-good one if it is older than the current, else the newest
   * before it; never a system that was left, nor another number for the same system.
   *
   * <p>After a switch that stopped half-way it is that which still runs. If something else runs,
   * nobody knows which generation is the broken one.
   */
  int before(int current, Set<String> left) {
    Optional<String> own = system(current);
    List<Integer> earlier =
        earlier(current).filter(g -> system(g).filter(left::contains).isEmpty()).toList();
    Optional<String> good = lastKnownGood();
    List<Integer> preferred =
        Stream.concat(
                earlier.stream().filter(g -> good.isPresent() && system(g).equals(good)).limit(1),
                earlier.stream().limit(1))
            .toList();
    Checks.require(
        !preferred.isEmpty(),
        "no generation before "
            + current
            + " that can be switched to, is another system and was not left before");
    Optional<String> runs = store.target(NixStore.RUNNING);
    return preferred.stream()
        .filter(g -> runs.isPresent() && (runs.equals(own) || runs.equals(system(g))))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    NixStore.RUNNING
                        + " is "
                        + runs.orElse("unknown")
                        + ", which is neither generation "
                        + current
                        + " of the profile nor the one to go back to: which one is broken is for a"
                        + " human"));
  }

  /** Other systems that can be switched to, with a lower number: the newest first. */
  Stream<Integer> earlier(int current) {
    Optional<String> own = system(current);
    return numbers().headSet(current, false).descendingSet().stream()
        .filter(generation -> canSwitchTo(generation) && !system(generation).equals(own));
  }

  /**
   * All of them, lowest number first.
   *
   * @throws RefusedException if one leads nowhere into the store: what it is nobody knows
   */
  List<Generation> all() {
    List<Generation> all = new ArrayList<>();
    Path profiles = host.files().path(PROFILES);
    try (DirectoryStream<Path> links = Files.newDirectoryStream(profiles, "system-*-link")) {
      for (Path link : links) {
        Matcher name = GENERATION.matcher(link.getFileName().toString());
        if (name.matches()) {
          all.add(generation(Integer.parseInt(name.group(1)), link));
        }
      }
    } catch (IOException e) {
      throw new HostException(profiles + " cannot be listed: " + HostException.reason(e), e);
    }
    all.sort(Comparator.comparingInt(Generation::number));
    return all;
  }

  private Generation generation(int number, Path link) throws IOException {
    String name = host.files().name(link);
    String system =
        store
            .target(name)
            .orElseThrow(() -> new RefusedException(name + " does not lead into the store"));
    return new Generation(
        number, Files.getLastModifiedTime(link, LinkOption.NOFOLLOW_LINKS).toInstant(), system);
  }

  private TreeSet<Integer> numbers() {
    TreeSet<Integer> numbers = new TreeSet<>();
    Path profiles = host.files().path(PROFILES);
    try (DirectoryStream<Path> links = Files.newDirectoryStream(profiles, "system-*-link")) {
      links.forEach(link -> number(link).ifPresent(numbers::add));
      return numbers;
    } catch (IOException e) {
      throw new HostException(profiles + " cannot be listed: " + HostException.reason(e), e);
    }
  }

  private static Optional<Integer> number(Path link) {
    Matcher number = GENERATION.matcher(String.valueOf(link.getFileName()));
    return number.matches() ? Optional.of(Integer.valueOf(number.group(1))) : Optional.empty();
  }

  private boolean canSwitchTo(int generation) {
    return system(generation)
        .map(path -> host.files().path(path + Rollback.SCRIPT))
        .filter(script -> Files.exists(script, LinkOption.NOFOLLOW_LINKS))
        .isPresent();
  }
}
