package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.nix.Thinning.Generation;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the boot loader can start, from its menu: the entries of systemd-boot, the menus of GRUB,
 * extlinux and Limine, and the names of signed images. Read tolerantly: whatever store path or
 * generation a menu mentions is listed. An entry whose generation is gone would not boot.
 *
 * @param systems store paths that are mentioned
 * @param numbers of generations in the names of entries and images
 * @param found the menus that were read
 */
record BootMenu(Set<String> systems, Set<Integer> numbers, Set<String> found) {
  /** Where boot loaders are mounted. */
  static final List<String> PLACES =
      List.of("/boot", "/boot/efi", "/efi", "/boot1", "/boot2", "/boot-fallback");

  private static final List<String> MENUS =
      List.of("grub/grub.cfg", "extlinux/extlinux.conf", "limine.conf", "limine/limine.conf");
  private static final String ENTRIES = "loader/entries";
  private static final String IMAGES = "EFI/Linux";
  private static final Pattern SYSTEM =
      Pattern.compile(Pattern.quote(NixStore.STORE) + "/[0-9a-zA-Z+._?=-]+");
  private static final Pattern NUMBER = Pattern.compile("nixos-(?:.*-)?generation-(\\d{1,9})\\b.*");

  /**
   * Reads it.
   *
   * @param current what the menu that is really in use lists whatever else it lists: one that does
   *     not was left behind by another boot loader, or is about to be written
   * @throws RefusedException if there is no menu, or it does not list that one: then it is not
   *     known what this host boots from, for example because /boot is not mounted
   * @throws HostException if one is there and cannot be read
   */
  static BootMenu read(HostFiles files, Generation current) {
    BootMenu menu = new BootMenu(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    for (String place : PLACES) {
      MENUS.forEach(name -> menu.file(files, place + "/" + name));
      menu.directory(files, place + "/" + ENTRIES, true);
      menu.directory(files, place + "/" + IMAGES, false);
    }
    Checks.require(
        !menu.found.isEmpty(),
        "no menu of a boot loader was found in "
            + String.join(", ", PLACES)
            + ", so it is not known what must stay: is it mounted, and readable?");
    Checks.require(
        menu.lists(current),
        "the boot menu ("
            + String.join(", ", menu.found)
            + ") does not list generation "
            + current.number()
            + ", which "
            + NixStore.PROFILE
            + " names, so it is not known what this host boots from");
    return menu;
  }

  private void file(HostFiles files, String name) {
    files
        .read(name)
        .ifPresent(
            text -> {
              found.add(name);
              Matcher mentioned = SYSTEM.matcher(text);
              while (mentioned.find()) {
                systems.add(mentioned.group());
              }
            });
  }

  private void directory(HostFiles files, String name, boolean read) {
    Path directory = files.path(name);
    if (Files.notExists(directory)) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String entryName = String.valueOf(entry.getFileName());
        Matcher number = NUMBER.matcher(entryName);
        if (number.matches()) {
          numbers.add(Integer.valueOf(number.group(1)));
          found.add(name);
        }
        if (read && entryName.endsWith(".conf")) {
          file(files, name + "/" + entryName);
        }
      }
    } catch (IOException e) {
      throw new HostException(
          name + " cannot be listed, so it is not known what boots: " + HostException.reason(e), e);
    }
  }

  boolean lists(Generation generation) {
    return numbers.contains(generation.number()) || systems.contains(generation.system());
  }
}
