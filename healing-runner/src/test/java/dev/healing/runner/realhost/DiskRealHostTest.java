package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A full file system with old logs, and everything beside them that must stay. */
class DiskRealHostTest {
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
  void oldLogsGoAndNothingElse() {
    host.mountImage("/data", 72);
    host.sh(
        """
        mkdir -p /data/log/app /data/precious /data/log/fresh
        head -c 1M /dev/urandom >/data/precious/ledger
        echo outside >/data/precious/linked; ln /data/precious/linked /data/log/app/hard.log
        for n in 1 2 3 4 5 6; do head -c 7M /dev/zero >/data/log/app/old-$n.log; done
        head -c 7M /dev/zero >/data/log/fresh/today.log
        head -c 7M /dev/zero >/data/log/app/held-open.log
        mkdir /data/precious/old; echo keep >/data/precious/old/diary
        touch -d '30 days ago' /data/log/app/* /data/precious/ledger /data/precious/old/*
        ln -s /data/precious /data/log/app/precious
        ln -s /data/precious/ledger /data/log/app/ledger.log
        touch -h -d '30 days ago' /data/log/app/precious /data/log/app/ledger.log
        touch -d '30 days ago' /data/log/app /data/precious/old
        systemd-run -q --unit=test-holder /bin/sh -c 'exec sleep infinity 9</data/log/app/held-open.log'
        for i in $(seq 50); do ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q held-open && exit 0; sleep 0.1; done
        exit 1
        """);
    TreeSet<String> before = listing();

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
        .allMatch(line -> line.matches("log/app/old-[1-6]\\.log f 7340032 "))
        .hasSize(6);
    after.removeAll(before);
    assertThat(after).as("what is new or changed").isEmpty();
  }

  private static TreeSet<String> listing() {
    // Directories change their size when an entry goes.
    TreeSet<String> lines = new TreeSet<>();
    host.sh(LIST).lines().map(line -> line.replaceFirst(" d \\d+ $", " d")).forEach(lines::add);
    return lines;
  }
}
