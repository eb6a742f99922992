package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.nix.Thinning.Generation;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which generations of the system can go: what {@link Thinning} says of those that there are, when
 * all that must stay is known.
 *
 * @param count how many there are
 * @param going those that can go, lowest number first
 * @param inMenu how many more would go if they were not in the boot menu
 * @param facts what that rests on
 */
record SurplusGenerations(
    int count, List<Generation> going, int inMenu, TreeMap<String, String> facts) {
  /**
   * Reads anew what decides, but the clock.
   *
   * @throws RefusedException if it is not known what must stay
   */
  static SurplusGenerations find(
      HostFiles files,
      NixStore store,
      Generations generations,
      Thinning.Policy policy,
      Instant now) {
    List<Generation> all = generations.all();
    int current = generations.current();
    Generation named =
        all.stream()
            .filter(generation -> generation.number() == current)
            .findFirst()
            .orElseThrow(
                () ->
                    new RefusedException(
                        NixStore.PROFILE + " names generation " + current + ", which is gone"));
    BootMenu menu = BootMenu.read(files, named);
    Set<String> staying = new TreeSet<>();
    for (String link : List.of(NixStore.RUNNING, NixStore.BOOTED, NixStore.LAST_KNOWN_GOOD)) {
      Optional<String> system = store.target(link);
      Checks.require(
          system.isPresent()
              || !link.equals(NixStore.LAST_KNOWN_GOOD)
              || !Files.isSymbolicLink(files.path(link)),
          link + " does not lead into the store, so what is known to be good is not known");
      system.ifPresent(staying::add);
    }
    // What a rollback would go to: the one before may be the same system, or no more a whole one.
    generations
        .earlier(current)
        .limit(1)
        .flatMap(g -> generations.system(g).stream())
        .forEach(staying::add);
    int outsideMenu = Thinning.surplus(all, staying, current, now, policy).size();
    all.stream().filter(menu::lists).map(Generation::system).forEach(staying::add);
    List<Generation> going = Thinning.surplus(all, staying, current, now, policy);
    TreeMap<String, String> facts = store.facts();
    facts.put("current-generation", Integer.toString(current));
    facts.put("deleted-generations", ranges(going));
    return new SurplusGenerations(all.size(), going, outsideMenu - going.size(), facts);
  }

  /** Those that can go, as people write them: 1-7, 9, 12-14. */
  String ranges() {
    return ranges(going);
  }

  private static String ranges(List<Generation> going) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < going.size(); i++) {
      int first = going.get(i).number();
      while (i + 1 < going.size() && going.get(i + 1).number() == going.get(i).number() + 1) {
        i++;
      }
      int last = going.get(i).number();
      text.append(text.length() == 0 ? "" : ", ").append(first);
      text.append(last == first ? "" : "-" + last);
    }
    return text.toString();
  }
}
