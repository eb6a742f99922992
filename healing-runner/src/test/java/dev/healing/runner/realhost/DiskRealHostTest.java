package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A full file system with old logs, and everything beside them that must stay. */
class DiskRealHostTest {
  @Test
  void whatTheKernelFindsDamagedIsReported() throws IOException {
    host.mountImage("/damaged", 16);
    host.sh("mount -o remount,errors=remount-ro /damaged");
    String device = host.sh("findmnt -no SOURCE /damaged").strip().replace("/dev/", "");
    Path trigger = Path.of("/sys/fs/ext4", device, "trigger_fs_error");
    Assumptions.assumeTrue(Files.isWritable(trigger), "skipped: this kernel damages nothing");
    host.startHealing(ServicesRealHostTest.CALM + "samplers: {host: {mounts: [/damaged]}}\n");
    assertThat(host.incident("FILESYSTEM_FAULT", "/damaged")).isEmpty();

    Files.writeString(trigger, "for a test");

    host.await(
        "it is reported",
        Duration.ofSeconds(60),
        () -> host.incident("FILESYSTEM_FAULT", "/damaged"),
        incident ->
            incident
                .filter(i -> i.path("severity").asString().equals("CRITICAL"))
                .filter(i -> i.path("description").asString().contains("lets nobody write"))
                .filter(i -> i.path("description").asString().contains("found an error"))
                .isPresent());
    assertThat(host.json("history")).as(host.journal()).isEmpty();
  }

  private static final long OLD_BYTES = 7 << 20;
  private static final String LIST = "cd /data; find . -printf '%P %y %s %l\\n' | sort";

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("disk");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @Test
  void oldLogsGoAsFarAsIsNeededAndNothingElse() {
    host.mountImage("/data", 72);
    host.sh(
        """
        mkdir -p /data/log/app /data/precious /data/log/fresh
        head -c 1M /dev/urandom >/data/precious/ledger
        echo outside >/data/precious/linked; ln /data/precious/linked /data/log/app/hard.log.1
        for n in 1 2 3 4 5 6; do head -c 7M /dev/zero >/data/log/app/old.log.$n; done
        head -c 7M /dev/zero >/data/log/fresh/today.log.1
        head -c 7M /dev/zero >/data/log/app/held-open.log.1
        mkdir /data/precious/old; echo keep >/data/precious/old/diary
        head -c 1M /dev/zero >/data/log/app/bin.000012
        touch -d '30 days ago' /data/log/app/* /data/precious/ledger /data/precious/old/*
        for n in 1 2 3 4 5 6; do touch -d "$((30 + n)) days ago" /data/log/app/old.log.$n; done
        ln -s /data/precious /data/log/app/precious
        ln -s /data/precious/ledger /data/log/app/ledger.log.1
        touch -h -d '30 days ago' /data/log/app/precious /data/log/app/ledger.log.1
        head -c 1M /dev/zero >/data/log/app/restored.log.1; touch -d '30 days ago' /data/log/app/restored.log.1
        """);
    host.dateBack("/data", "log/fresh/today.log.1", "log/app/restored.log.1");
    host.sh(
        """
        systemd-run -q --unit=test-holder /bin/sh -c 'exec sleep infinity 9</data/log/app/held-open.log.1'
        for i in $(seq 50); do ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q held-open && exit 0; sleep 0.1; done
        exit 1
        """);
    TreeSet<String> before = listing();
    int needed = oldFilesToComeBelow(84);

    host.startHealing(
        """
        limits: {health-floor: 0}
        detectors:
          cpu_high: off
          memory_high: off
          system_slow: off
          disk_full: {mounts: {/: off}}
        actions:
          clear_cache: off
          clean_disk: {roots: [/data/log], older-than: 7d}
        samplers: {host: {mounts: [/data]}}
        """);
    host.await("it is cleaned", () -> !host.history("clean_disk").isEmpty());

    assertThat(host.history("clean_disk").get(0).path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
    TreeSet<String> gone = new TreeSet<>(before);
    TreeSet<String> after = listing();
    gone.removeAll(after);
    assertThat(gone)
        .as("what was deleted%s", host.journal())
        .isEqualTo(
            IntStream.rangeClosed(7 - needed, 6)
                .mapToObj(n -> "log/app/old.log." + n + " f " + OLD_BYTES + " ")
                .collect(Collectors.toCollection(TreeSet::new)));
    after.removeAll(before);
    assertThat(after).as("what is new or changed").isEmpty();
    assertThat(host.history("clean_disk").get(0).toString())
        .contains("in /data/log/app: " + needed + " files, " + 7 * needed + ".0 MiB");
    assertThat(host.sh("cat /var/lib/healing/action.clean_disk.deleted.jsonl"))
        .contains(
            "\"directory\":\"/data/log/app\",\"files\":"
                + needed
                + ",\"bytes\":"
                + needed * OLD_BYTES)
        .contains("\"old.log.6\"")
        .doesNotContain("restored.log.1", "old.log.1");
  }

  /** By what the file system says of itself: some have to go, and some need not. */
  private static int oldFilesToComeBelow(int percent) {
    String[] room = host.sh("stat -f -c '%b %f %a %S' /data").strip().split(" ");
    long used = Long.parseLong(room[0]) - Long.parseLong(room[1]);
    long usable = used + Long.parseLong(room[2]);
    double tooMany = (used - usable * percent / 100.0) * Long.parseLong(room[3]);
    int files = (int) Math.ceil(tooMany / OLD_BYTES);
    assertThat(files).as("of 6 files, as /data is: %s", List.of(room)).isBetween(1, 5);
    return files;
  }

  /** Journals that journald itself has archived, by names that say that they began long ago. */
  @Test
  void archivedJournalsAndPackagesGoWhereTheyAreOldAndNobodyIsAtWork() {
    host.mountImage("/var/log/journal", 64);
    host.mountImage("/var/cache", 64);
    host.sh(
        """
        systemd-tmpfiles --create --prefix /var/log/journal
        mkdir -p /var/log/journal/$(cat /etc/machine-id)
        systemctl restart systemd-journald; journalctl --flush
        for n in 1 2 3; do
          head -c 2M /dev/urandom | base64 -w 1000 | systemd-cat; journalctl --sync; journalctl --rotate
        done
        cd /var/log/journal/$(cat /etc/machine-id)
        for f in $(ls system@*.journal | head -2); do mv $f ${f%-*}-0005900000000000.journal; done
        """);
    String young =
        host.sh("cd /var/log/journal/$(cat /etc/machine-id); ls system@*.journal | grep -v 00059");
    host.sh(
        """
        mkdir -p /var/cache/apt/archives/partial
        for f in a.deb partial/b.deb lock; do head -c 1M /dev/urandom >/var/cache/apt/archives/$f; done
        touch -d '30 days ago' /var/cache/apt/archives/*.deb /var/cache/apt/archives/lock
        """);
    host.sh("mkdir /var/cache/recorder; head -c 1M /dev/urandom >/var/cache/recorder/evidence");
    host.dateBack("/var/cache");
    host.startHealing(
        """
        limits: {health-floor: 0, cooldown: 0s}
        detectors:
          cpu_high: off
          memory_high: off
          system_slow: off
          disk_full:
            high: 99%
            mounts: {/: off, /var/log/journal: {high: 5%, clear: 4%}, /var/cache: {high: 2%, clear: 1%}}
        actions:
          clear_cache: {min-bytes: 512KiB}
          clean_disk: {min-bytes: 512KiB}
        samplers: {host: {mounts: [/var/log/journal, /var/cache]}}
        """);
    host.await(
        "both are cleaned",
        () -> !host.history("clean_disk").isEmpty() && !host.history("clear_cache").isEmpty());

    assertThat(host.sh("ls /var/cache/apt/archives /var/cache/apt/archives/partial"))
        .doesNotContain("a.deb")
        .contains("b.deb", "lock");
    host.sh("test -f /var/cache/recorder/evidence");
    assertThat(host.sh("ls /var/log/journal/$(cat /etc/machine-id)"))
        .as(host.journal())
        .doesNotContain("0005900000000000")
        .contains(young.lines().toList())
        .contains("system.journal");
    assertThat(host.history("clean_disk").toString()).contains("of the journal 2 files");
  }

  /** As systemd-tmpfiles itself would do it, where an operator has us look after one. */
  @Test
  void whatTmpfilesLeavesAloneInATemporaryDirectoryIsLeftAlone() {
    host.mountImage("/var/tmp", 64);
    host.write("/etc/tmpfiles.d/test.conf", "x /var/tmp/exclu*\n");
    host.sh(
        """
        mkdir -p /var/tmp/excluded/deep /var/tmp/locked/deep /var/tmp/open /var/tmp/read
        for f in excluded/deep/a locked/deep/a open/a read/a read/b old; do
          head -c 3M /dev/zero >/var/tmp/$f; touch -d '30 days ago' /var/tmp/$f
        done
        """);
    host.dateBack("/var/tmp");
    host.sh(
        """
        systemd-run -q --unit=test-locks -p PrivateTmp=no /bin/bash -c \
          'exec 8</var/tmp/open 9</var/tmp/locked; flock -n 9; touch /run/test-locked; exec sleep infinity'
        until test -e /run/test-locked; do sleep 0.1; done
        cat /var/tmp/read/a >/dev/null
        """);
    host.startHealing(
        """
        limits: {health-floor: 0, cooldown: 0s}
        detectors:
          cpu_high: off
          memory_high: off
          system_slow: off
          disk_full: {high: 99%, mounts: {/: off, /var/tmp: {high: 5%, clear: 1%}}}
        actions:
          clear_cache: off
          clean_disk: {roots: [/var/tmp], min-bytes: 512KiB}
        samplers: {host: {mounts: [/var/tmp]}}
        """);
    host.await("it is cleaned", () -> !host.history("clean_disk").isEmpty());

    assertThat(host.sh("cd /var/tmp; find . -name lost+found -prune -o -type f -print | sort"))
        .as(host.journal())
        .isEqualTo("./excluded/deep/a\n./locked/deep/a\n./read/a\n");
    host.sh("systemctl stop healing test-locks; umount /var/tmp");
  }

  private static TreeSet<String> listing() {
    // Directories change their size when an entry goes.
    TreeSet<String> lines = new TreeSet<>();
    host.sh(LIST).lines().map(line -> line.replaceFirst(" d \\d+ $", " d")).forEach(lines::add);
    return lines;
  }
}
