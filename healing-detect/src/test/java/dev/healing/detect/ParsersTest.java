package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.HostMemory;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ParsersTest {
  private static final String NIXOS =
      """
      21 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
      30 21 8:2 /nix/store /nix/store ro,relatime shared:2 - ext4 /dev/sda2 rw
      31 21 8:1 / /boot rw,relatime - vfat /dev/sda1 rw
      37 31 8:3 / /boot/efi rw,relatime - vfat /dev/sda3 rw
      32 21 0:40 / /srv/my\\040data rw,relatime - zfs tank/data rw
      33 21 0:50 / /home rw,relatime - nfs4 server:/home rw,addr=10.0.0.1
      34 21 7:0 / /snap/core/1 ro,nodev - squashfs /dev/loop0 ro
      35 21 0:60 / /tmp rw - tmpfs tmpfs rw
      36 21 0:61 / /mnt/pictures rw - fuse.sshfs user@host: rw
      """;

  @Test
  void readsACapturedHost() {
    HostMemory all = HostMemory.parse(Hosts.text("vm", "proc/meminfo"));
    HostMemory.Store memory = all.memory();
    assertThat(memory.total()).isEqualTo(OptionalLong.of(24684084L * 1024));
    assertThat(memory.usedFraction().getAsDouble()).isBetween(0.0, 0.2);
    assertThat(all.swap().usedFraction()).isEmpty();
    assertThat(all.swap().none()).isTrue();
    CpuTimes times = CpuTimes.parse(Hosts.text("vm", "proc/stat")).orElseThrow();
    assertThat(times.processors()).isEqualTo(OptionalLong.of(2));
    assertThat(Pressure.parse(Hosts.text("vm", "proc/pressure/cpu")).someFraction()).isPresent();
    assertThat(LoadAverage.parse(Hosts.text("vm", "proc/loadavg"))).isPresent();
  }

  @Test
  void busyIsWhatWasNotIdle() {
    CpuTimes then = new CpuTimes(100, 900, OptionalLong.empty());
    assertThat(new CpuTimes(175, 925, OptionalLong.empty()).busySince(then))
        .isEqualTo(OptionalDouble.of(0.75));
    assertThat(new CpuTimes(90, 950, OptionalLong.empty()).busySince(then)).isEmpty();
    assertThat(then.busySince(then)).isEmpty();
  }

  @Test
  void memoryThatIsAbsurdIsAbsent() {
    assertThat(used("MemTotal: 0 kB\nMemAvailable: 0 kB\n")).isEmpty();
    assertThat(used("MemTotal: 10 kB\nMemAvailable: 11 kB\n")).isEmpty();
    assertThat(used("MemTotal: 10 kB\nMemAvailable: 5")).isEmpty();
  }

  private static OptionalDouble used(String meminfo) {
    return HostMemory.parse(meminfo).memory().usedFraction();
  }

  @Test
  void unescapesMountPoints() {
    assertThat(MountInfo.unescape("/a\\040b\\134c\\")).isEqualTo("/a b\\c\\");
    assertThat(MountInfo.unescape("\\08")).isEqualTo("\\08");
  }

  @Test
  void watchesEachFileSystemWithDataOnce() {
    assertThat(places(NIXOS, List.of())).containsExactly("/", "/boot", "/boot/efi", "/srv/my data");
  }

  /** Captured from a host: full by design, and nobody could make room on them. */
  @Test
  void whatIsMountedReadOnlyOrPluggedInIsNotWatchedUnlessThatIsConfigured() {
    String readOnly =
        """
        21 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
        31 21 8:1 / /usr ro,relatime shared:21 - ext4 /dev/sda1 ro
        32 21 8:5 / /data rw,relatime shared:22 - ext4 /dev/sda5 ro,errors=remount-ro
        35 21 8:7 / /boot ro,relatime shared:25 - vfat /dev/sda7 ro
        34 21 8:17 / /run/media/me/STICK rw,nosuid shared:24 - vfat /dev/sdb1 rw
        33 21 8:6 / /nix/store ro,relatime shared:23 - ext4 /dev/sda6 rw
        """;
    assertThat(places(readOnly, List.of())).containsExactly("/", "/data", "/boot", "/nix/store");
    assertThat(places(readOnly, List.of("/usr", "/run/media/me/STICK")))
        .contains("/usr", "/run/media/me/STICK");
    assertThat(MountInfo.parse(readOnly).get(2).givenUp()).isTrue();
    assertThat(places(readOnly.replaceAll(" / rw,(.*) rw\n", " / ro,$1 ro\n"), List.of()))
        .as("a root that is an image")
        .containsExactly("/data", "/boot", "/nix/store");
  }

  @Test
  void whatIsMountedOnDemandIsNotKeptMountedByWatchingIt() {
    String automount =
        """
        21 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
        40 21 0:39 / /boot rw,relatime shared:20 - autofs systemd-1 rw,fd=38,pgrp=1,timeout=120,direct
        41 40 8:1 / /boot rw,relatime shared:21 - vfat /dev/sda1 rw,fmask=0077
        42 21 0:41 / /data rw,relatime shared:22 - autofs systemd-1 rw,fd=39,pgrp=1,timeout=0,direct
        43 42 8:5 / /data rw,relatime shared:23 - ext4 /dev/sda5 rw
        """;
    assertThat(places(automount, List.of())).containsExactly("/", "/data");
    assertThat(places(automount, List.of("/boot"))).contains("/boot");
  }

  @Test
  void watchesWhatIsConfigured() {
    assertThat(places(NIXOS, List.of("/home", "/tmp"))).contains("/home", "/tmp", "/boot", "/");
    MountInfo home = MountInfo.parse(NIXOS).get(5);
    assertThat(FileSystemChoice.mayHang(home)).isTrue();
  }

  @Test
  void watchesOnlyTheRootOfAContainerAndAVirtualMachine() {
    assertThat(places(Hosts.text("container", "proc/self/mountinfo"), List.of()))
        .containsExactly("/");
    assertThat(places(Hosts.text("vm", "proc/self/mountinfo"), List.of())).containsExactly("/");
  }

  private static List<String> places(String text, List<String> configured) {
    return FileSystemChoice.of(MountInfo.parse(text), configured).stream()
        .map(MountInfo::mountPoint)
        .toList();
  }
}
