package dev.healing.actions.nixos;

import dev.healing.actions.nixos.Thinning.Generation;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The generations of the system profile, read from its links. */
final class Generations {
  private static final String PROFILES = "/nix/var/nix/profiles";
  private static final Pattern LINK = Pattern.compile("system-(\\d{1,9})-link");

  private final HostContext host;
  private final NixStore store;

  Generations(HostContext host, NixStore store) {
    this.host = host;
    this.store = store;
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
        Matcher name = LINK.matcher(link.getFileName().toString());
        if (name.matches()) {
          all.add(generation(Integer.parseInt(name.group(1)), link));
        }
      }
    } catch (IOException e) {
      throw new HostException(profiles + " cannot be listed: " + e, e);
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

  /** The number of the one that the profile names. */
  int current() {
    try {
      Path link = Files.readSymbolicLink(host.files().path(NixStore.PROFILE));
      Matcher name = LINK.matcher(String.valueOf(link.getFileName()));
      Checks.require(
          name.matches(), NixStore.PROFILE + " leads to " + link + ": expected system-N-link");
      return Integer.parseInt(name.group(1));
    } catch (IOException e) {
      throw new RefusedException(
          NixStore.PROFILE + ": expected a readable link to system-N-link beside it: " + e);
    }
  }
}
