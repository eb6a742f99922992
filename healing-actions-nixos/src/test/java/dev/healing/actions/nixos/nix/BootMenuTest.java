package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.actions.nixos.nix.Thinning.Generation;
import dev.healing.api.RefusedException;
import dev.healing.testkit.VirtualTime;
import org.junit.jupiter.api.Test;

/** The menus of boot loaders, as NixOS writes them. */
class BootMenuTest {
  private static final String OLD = "/nix/store/0aaaaaaaaaaaaaaa-nixos-system-web-25.05.1";
  private static final String NEW = "/nix/store/1bbbbbbbbbbbbbbb-nixos-system-web-25.05.2+x";

  private final World world = new World();

  private static Generation generation(int number, String system) {
    return new Generation(number, VirtualTime.START, system);
  }

  private BootMenu read(Generation current) {
    return BootMenu.read(world.host.files(), current);
  }

  private void requireListed() {
    BootMenu menu = read(generation(9, NEW));
    assertThat(menu.lists(generation(9, NEW))).isTrue();
    assertThat(menu.lists(generation(8, OLD))).isTrue();
    assertThat(menu.lists(generation(7, OLD + "3"))).isFalse();
  }

  @Test
  void entriesOfSystemdBoot() {
    for (String system : new String[] {OLD, NEW}) {
      world
          .host
          .files()
          .write(
              "/boot/loader/entries/nixos-" + system.charAt(11) + ".conf",
              """
              title NixOS
              version Generation
              linux /EFI/nixos/abc-linux-6.12-bzImage.efi
              initrd /EFI/nixos/def-initrd-linux-6.12-initrd.efi
              options init=%s/init loglevel=4
              machine-id 0123
              """
                  .formatted(system));
    }
    requireListed();
  }

  @Test
  void theMenuOfGrub() {
    world
        .host
        .files()
        .write(
            "/boot/grub/grub.cfg",
            """
            menuentry "NixOS" --class nixos {
              search --set=drive1 --fs-uuid 1234
              linux ($drive1)//kernels/abc-bzImage init=%s/init loglevel=4
            }
            submenu "NixOS - All configurations" --class submenu {
            menuentry "NixOS - (Generation 8)" {
              linux ($drive1)//kernels/abc-bzImage init=%s/init
            }}
            """
                .formatted(NEW, OLD));
    requireListed();
  }

  @Test
  void theMenuOfExtlinux() {
    world
        .host
        .files()
        .write(
            "/boot/extlinux/extlinux.conf",
            "LABEL nixos-default\n  APPEND init=" + NEW + "/init\nLABEL x\n  APPEND init=" + OLD);
    requireListed();
  }

  @Test
  void signedImagesByTheNumbersInTheirNames() {
    world.host.files().write("/boot/EFI/Linux/nixos-generation-9-abcdef.efi", "");
    world.host.files().write("/boot/EFI/Linux/nixos-generation-8-012345.efi", "");
    world.host.files().write("/boot/EFI/Linux/other.efi", "");
    requireListed();
  }

  @Test
  void entriesThatAreCountedByTheirNumbers() {
    world.host.files().write("/efi/loader/entries/nixos-generation-9+3-1.conf", "title NixOS");
    world.host.files().write("/efi/loader/entries/nixos-generation-8.conf", "title NixOS");
    requireListed();
  }

  @Test
  void whatIsNotMountedIsNotAnEmptyMenu() {
    assertThatThrownBy(() -> read(generation(9, NEW)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("no menu of a boot loader");
  }

  @Test
  void whatAnotherBootLoaderLeftBehindIsNotTheMenu() {
    world.host.files().write("/boot/grub/grub.cfg", "linux /vmlinuz init=" + OLD + "/init");
    assertThatThrownBy(() -> read(generation(9, NEW)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("does not list generation 9");
  }
}
