package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.healing.runner.control.ControlClient;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The store survives whatever happens while it is collected, optimised or thinned: a real store on
 * a file system of its own, with twenty generations of the system, one a month, of which the newest
 * runs, the second was booted, the fourth is known to be good and the fifth is in the boot menu.
 */
class NixStoreRealHostTest {
  private static final boolean NIGHTLY = Boolean.getBoolean("healing.nightly");
  private static final int KILLS_EACH = NIGHTLY ? 17 : 1;
  private static final List<String> STAY = List.of("2", "4", "5", "18", "19", "20");

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("store");
    host.write("/etc/nix/nix.conf", "sandbox = false\nbuild-users-group =\nsubstituters =\n");
    host.write(
        "/root/store.nix",
        """
        let
          made = name: script: more: derivation ({
            inherit name;
            system = builtins.currentSystem;
            builder = "/bin/sh";
            PATH = "/usr/bin:/bin";
            args = [ "-c" script ];
          } // more);
          same = "head -c 400000 /dev/zero >$out/same";
          each = n: name: lines: builtins.genList (i: let number = toString (i + 1); in
            made "${name}-${number}" "mkdir $out; seq ${number} ${lines} >$out/own; ${same}" {}) n;
        in rec {
          systems = each 20 "system" "20000";
          dead = each 24 "dead" "140000";
          kept = made "kept" "mkdir $out; echo $below >$out/below; ${same}" {
            below = made "below" "mkdir $out; seq 1 5000 >$out/own; ${same}" {};
          };
          uses = made "uses" "echo begun >/run/test-build; while test ! -e /run/test-go; do
            sleep 0.1; done; wc -l <$input/own >$out" { input = builtins.elemAt dead 6; };
          slow = made "slow" "echo begun >/run/test-build; sleep 60; echo done >$out" {};
        }
        """);
    host.write(
        "/root/fill",
        """
        set -eu
        mkdir -p /nix; mount -t tmpfs -o size=200m,mode=755 nix /nix; nix-store --init
        nix-build -Q --no-out-link -j2 /root/store.nix -A systems -A dead -A kept >/dev/null 2>&1
        for i in $(seq 20); do
          nix-env -p /nix/var/nix/profiles/system --set /nix/store/*-system-$i
          touch -h -d "$((600 - 30 * i)) days ago" /nix/var/nix/profiles/system-$i-link
        done
        nix-store --add-root /nix/var/nix/gcroots/kept -r /nix/store/*-kept >/dev/null
        ln -s /nix/store/*-system-4 /nix/var/nix/profiles/system-last-known-good
        mkdir -p /boot/grub
        for i in 20 5; do echo "linux kernel init=$(echo /nix/store/*-system-$i)/init"; done \
          >/boot/grub/grub.cfg
        # What may never go, and all that it needs.
        for i in 2 4 5 18 19 20; do echo /nix/store/*-system-$i; done >/root/roots
        readlink /nix/var/nix/gcroots/kept >>/root/roots
        nix-store --query --requisites $(cat /root/roots) | sort >/root/needed
        cp -a /nix /root/filled
        """);
    // Healing and all that it started die, so long after Nix was told to do this: Nix itself counts
    // the time before it begins, so that no work is too quick to be met.
    host.write(
        "/root/kill-in-the-middle",
        """
        echo "$1 $2" >/run/test-kill
        healing heal --type disk_full --component /nix >/run/test-heal 2>&1 &
        wait
        test ! -e /run/test-kill || { echo "it was not begun"; cat /run/test-heal; exit 1; }
        while test -e /run/test-killing; do sleep 0.02; done
        """);
    host.write(
        "/root/told",
        """
        #!/bin/bash
        if read -r pattern after 2>/dev/null </run/test-kill && [[ " $* " == *" $pattern "* ]]; then
          mv /run/test-kill /run/test-killing
          setsid bash /root/kill-all $after </dev/null >/dev/null 2>&1 &
        fi
        if [[ " $* " == *" --print-dead "* && -e /run/test-million ]]; then
          exec seq -f /nix/store/%032.0f-dead 1000000
        fi
        if [[ " $* " == *" --max-freed "* ]] && mv /run/test-uses /run/test-used 2>/dev/null; then
          setsid nix-build --no-out-link /root/store.nix -A uses \
            </dev/null >/run/test-built 2>/run/test-log &
          while test ! -e /run/test-build && kill -0 $!; do sleep 0.05; done
        fi
        if [[ " $* " =~ " --max-freed "|" --optimise " ]] && mv /run/test-stop /run/test-stopped 2>/dev/null
        then
          pkill -STOP -x nix-daemon
        fi
        exec /usr/bin/${0##*/} "$@"
        """);
    // Whatever Java was about to start when it died is not to go on beside the next run.
    host.write(
        "/root/kill-all",
        """
        sleep $1
        pkill -9 -x java
        for round in 1 2 3 4 5; do
          for name in jspawnhelper ionice nice nix-store nix-env; do pkill -9 -x $name; done
          sleep 0.02
        done
        rm /run/test-killing
        """);
    host.sh("bash /root/fill");
    host.sh(
        "chmod +x /root/told; mkdir -p /usr/local/sbin;"
            + " for nix in nix-store nix-env; do ln -s /root/told /usr/local/sbin/$nix; done");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @BeforeEach
  void asFilled() {
    host.sh(
        """
        if mountpoint -q /nix; then umount -l /nix; fi
        mount -t tmpfs -o size=200m,mode=755 nix /nix; cp -a /root/filled/. /nix/
        ln -sfn /nix/store/*-system-20 /run/current-system
        ln -sfn /nix/store/*-system-2 /run/booted-system
        rm -rf /var/lib/healing/*
        """);
  }

  @AfterEach
  void nothingGoesOn() {
    host.exec(
        "/bin/sh",
        "-c",
        "systemctl stop healing; touch /run/test-go; for name in java nix-build nix-daemon nix-store; do pkill -x $name; done;"
            + " rm -f /run/test-*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage_collect", "optimize_store", "thin_generations"})
  void killedAtAnyPointNothingIsBrokenAndTheNextRunGoesOn(String action) {
    Random random = new Random(action.hashCode());
    only(action);
    String begun =
        switch (action) {
          case "garbage_collect" -> "--max-freed";
          case "optimize_store" -> "--optimise";
          default -> "--delete-generations";
        };
    // At any point of the work, however fast this machine is: measured, not assumed.
    int longestMillis =
        switch (action) {
          case "garbage_collect" -> 12 * millis("nix-store --gc --max-freed 1048576");
          case "optimize_store" -> millis("nix-store --optimise");
          default -> millis("nix-env -p /nix/var/nix/profiles/system --delete-generations 1 3 6 7");
        };
    for (int kill = 0; kill < KILLS_EACH; kill++) {
      asFilled();
      int afterMillis = random.nextInt(longestMillis);
      String after = String.format("%d.%03d", afterMillis / 1000, afterMillis % 1000);
      ThrowawayHost.Result killed = host.exec("bash", "/root/kill-in-the-middle", begun, after);
      assertThat(killed.out()).as(action).doesNotContain("it was not begun");
      requireWhole(action + " killed " + after + " s after it began");

      // What it says first is that it does not know what came of the one that was killed.
      JsonNode next = heal();
      next = next.path("outcome").asString().equals("AMBIGUOUS") ? heal() : next;
      requireWhole(action + " again");
      String said = next.toString();
      switch (action) {
        case "garbage_collect" -> assertThat(dead()).as(said).isEmpty();
        case "optimize_store" ->
            assertThat(host.sh("stat -c %i /nix/store/*/same | sort -u").lines())
                .as(said)
                .hasSize(1);
        default -> assertThat(generations()).as(said).containsExactlyElementsOf(STAY);
      }
    }
  }

  @Test
  void thinnedAndCollectedWhatMayGoIsGoneAndTheRestIsWhole() {
    only("thin_generations");
    assertThat(heal().toString()).contains("14 of 14 generations deleted");
    assertThat(generations()).containsExactlyElementsOf(STAY);

    only("garbage_collect");
    JsonNode preview = preview();
    double available = available();
    heal();
    double freed = available() - available;
    assertThat((double) preview.path("bytes").asLong())
        .as("estimated, and really freed")
        .isBetween(freed * 0.9, freed * 1.1);
    assertThat(host.sh("ls -d /nix/store/*-system-*[0-9]").lines()).hasSize(STAY.size());
    assertThat(dead()).isEmpty();
    requireWhole("after thinning and collecting");
    assertThat(preview().path("expectedMillis").isMissingNode())
        .as("nothing is left to preview")
        .isTrue();
  }

  @Test
  void theEstimateOfAnOptimisedStoreLeavesOutWhatIsShared() {
    host.sh("nix-store --optimise");
    only("garbage_collect");
    JsonNode preview = preview();
    double available = available();
    heal();
    double freed = available() - available;
    assertThat(freed).as("only what is not shared").isBetween(15e6, 25e6);
    assertThat((double) preview.path("bytes").asLong()).isBetween(freed * 0.9, freed * 1.1);
    requireWhole("after collecting what is shared");
  }

  @Test
  void notWhileABuildRunsNorASwitch() {
    host.sh("nix-build -Q --no-out-link /root/store.nix -A slow >/dev/null 2>&1 &");
    host.await("the build runs", () -> host.holds("test -e /run/test-build"));
    for (String action : List.of("garbage_collect", "optimize_store", "thin_generations")) {
      only(action);
      assertThat(heal().toString()).as(action).contains("Nix is at work");
    }
    host.sh("pkill -x nix-build; while pgrep -x nix-build; do sleep 0.1; done");

    host.sh(
        "cp /bin/sleep /run/switch-to-configuration; /run/switch-to-configuration 60 >&- 2>&- &");
    assertThat(heal().toString()).contains("Nix is at work");
    host.sh("pkill -x switch-to-confi");
    assertThat(dead()).hasSize(24);
    assertThat(generations()).hasSize(20);
    requireWhole("after a build and a switch");
  }

  @Test
  void aSwitchInTheMiddleEndsTheCollection() {
    only("garbage_collect");
    host.sh("healing heal --json --type disk_full --component /nix >/run/test-heal 2>&1 &");
    host.await(
        "some are collected", Duration.ofMinutes(1), () -> dead().size(), count -> count < 24);
    host.sh("nix-env -p /nix/var/nix/profiles/system --switch-generation 19");
    host.await("it ends", () -> !host.holds("pgrep -x java"));

    assertThat(host.sh("cat /run/test-heal")).contains("stopped, since ");
    assertThat(dead()).as("what is left when it stopped in the middle").isNotEmpty();
    requireWhole("after a switch in the middle");
  }

  @Test
  void aBuildInTheMiddleEndsTheCollectionAndFindsWhatItNeeds() {
    only("garbage_collect");
    host.sh("touch /run/test-uses");
    assertThat(heal().toString()).contains("stopped, since Nix is at work");
    assertThat(dead()).as("one slice, and not what the build needs").hasSize(23);
    host.sh("touch /run/test-go");
    host.await("the build is done", () -> host.holds("test -s /run/test-built"));
    assertThat(host.sh("cat $(cat /run/test-built)")).isEqualToIgnoringNewLines("139994");
    requireWhole("after a build in the middle");
  }

  @Test
  void aMillionDeadPathsFitIntoTheHeap() {
    only("garbage_collect");
    host.sh("touch /run/test-million");
    assertThat(preview().path("steps").toString()).contains("1000000 unreferenced store paths");
  }

  static List<String> whileStopped() {
    return NIGHTLY ? List.of("garbage_collect", "optimize_store") : List.of("optimize_store");
  }

  @ParameterizedTest
  @MethodSource("whileStopped")
  void aStoreDaemonThatIsStoppedHoldsUpItsActionAndNothingElse(String action) {
    host.sh("nix-daemon >/dev/null 2>&1 &");
    host.await("the daemon listens", () -> host.holds("test -S /nix/var/nix/daemon-socket/socket"));
    only(action);
    host.sh("touch /run/test-stop; systemctl restart healing");
    try {
      host.await("it is stopped", () -> host.holds("test -e /run/test-stopped"));
      for (int look = 0; look < 8; look++) {
        long began = System.nanoTime();
        JsonNode issues = ask("issues");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .as("how long the loop took to answer")
            .isLessThan(Duration.ofSeconds(2));
        assertThat(issues.toString()).contains("HEALING");
        host.letTimePass(Duration.ofMillis(100));
      }
      assertThat(threads()).contains("healing-execute");
    } finally {
      host.sh("pkill -CONT -x nix-daemon");
    }
    String receipts =
        host.await(
            "it has ended",
            Duration.ofMinutes(1),
            () -> ask("history").toString(),
            history -> history.contains(action));
    assertThat(receipts).containsAnyOf("store paths deleted", "freed by hard-linking");
    host.await("no thread is left behind", () -> !threads().matches("(?s).*(execute|nix-sto).*"));
    host.sh("systemctl stop healing");
    requireWhole("after " + action + " with a daemon that was stopped");
  }

  private static JsonNode ask(String verb) {
    return ControlClient.ask(
            host.at("/var/lib/healing"), JsonMapper.shared().createObjectNode().put("verb", verb))
        .orElseThrow()
        .result();
  }

  private static String threads() {
    return host.sh("cat /proc/" + host.mainPid("healing.service") + "/task/*/comm");
  }

  @Test
  void throughTheDaemonWhereThereIsOne() {
    host.sh("nix-daemon >/dev/null 2>&1 &");
    host.await("the daemon listens", () -> host.holds("test -S /nix/var/nix/daemon-socket/socket"));
    only("garbage_collect");
    assertThat(preview().path("steps").toString()).contains("through the Nix daemon");
    assertThat(heal().toString()).contains("store paths deleted");
    assertThat(dead()).isEmpty();

    only("optimize_store");
    assertThat(heal().toString()).contains("freed by hard-linking");
    assertThat(host.sh("stat -c %i /nix/store/*/same | sort -u").lines()).hasSize(1);
    requireWhole("after the daemon's work");
  }

  @Test
  void whatIsWorthDoingIsFoundDoneWhenAskedAndMeasured() {
    host.startHealing(
        """
        limits: {health-floor: 0}
        detectors: {disk_full: off, cpu_high: off, system_slow: off, generation_broken: off}
        samplers: {host: {mounts: [/nix]}}
        """);

    double before = available();
    JsonNode optimised = apply("STORE_OPTIMIZATION", "optimize_store");
    double freed = available() - before;
    assertThat(freed)
        .as("20 systems with the same 400 kB, 24 dead and 2 others")
        .isGreaterThan(15e6);
    assertThat(optimised.path("actual").asDouble()).isCloseTo(freed, within(1e6));

    JsonNode thinned = apply("GENERATION_CLEANUP", "thin_generations");
    int gone = 20 - generations().size();
    assertThat(gone).as("the ten oldest but those that stay").isEqualTo(7);
    assertThat(thinned.path("actual").asInt()).as("a change, with its sign").isEqualTo(-gone);
    assertThat(thinned.path("estimated").asInt()).isEqualTo(-gone);
    requireWhole("after what was worth doing");
  }

  private static JsonNode apply(String type, String action) {
    JsonNode found =
        host.await(
                type + " is found",
                Duration.ofMinutes(1),
                () ->
                    host.json("opportunities")
                        .valueStream()
                        .filter(one -> one.path("type").asString().equals(type))
                        .toList(),
                all -> !all.isEmpty())
            .get(0);
    String id = found.path("id").asString();
    ThrowawayHost.Result applied = host.exec("healing", "opportunities", "--apply", id);
    assertThat(applied.ok()).as(applied.out()).isTrue();
    return host.history(action).get(0).path("benefit");
  }

  private static int millis(String command) {
    String microseconds =
        host.sh(
            "begin=${EPOCHREALTIME/[.,]/}; "
                + command
                + " >/dev/null 2>&1; echo $((${EPOCHREALTIME/[.,]/} - begin))");
    return 1 + Integer.parseInt(microseconds.strip()) / 1000;
  }

  /** Only this action may be taken, and the store always counts as too full. */
  private static void only(String action) {
    StringBuilder others = new StringBuilder();
    for (String other :
        List.of(
            "clear_cache", "clean_disk", "garbage_collect", "optimize_store", "thin_generations")) {
      if (!other.equals(action)) {
        others.append("  ").append(other).append(": off\n");
      }
    }
    String own =
        switch (action) {
          case "garbage_collect" -> "  garbage_collect: {slice: 1MiB, target: 1%}\n";
          case "thin_generations" -> "  thin_generations: {keep: 3}\n";
          default -> "";
        };
    host.sh("rm -rf /var/lib/healing/*");
    host.write(
        "/etc/healing/healing.yaml",
        """
        limits: {health-floor: 0, cooldown: 0s, heals-per-hour: off}
        detectors:
          cpu_high: off
          memory_high: off
          system_slow: off
          generation_broken: off
          disk_full: {high: 2%%, clear: 1%%, for: 1 of 1, mounts: {/: off}}
        samplers: {host: {mounts: [/nix]}}
        actions:
        %s%s"""
            .formatted(others, own));
  }

  /** What came of it; it never counts as healed, since a store always counts as too full. */
  private static JsonNode heal() {
    return JsonMapper.shared()
        .readTree(
            host.exec("healing", "heal", "--type", "disk_full", "--component", "/nix", "--json")
                .out());
  }

  private static JsonNode preview() {
    return JsonMapper.shared()
        .readTree(
            host.exec(
                    "healing",
                    "heal",
                    "--dry-run",
                    "--type",
                    "disk_full",
                    "--component",
                    "/nix",
                    "--json")
                .out())
        .path("preview");
  }

  /** Every path that Nix knows has its content, and every root has all that it needs. */
  private static void requireWhole(String when) {
    ThrowawayHost.Result verified = host.exec("nix-store", "--verify", "--check-contents");
    assertThat(verified.ok()).as("%s: %s", when, verified.out()).isTrue();
    assertThat(verified.out()).as(when).doesNotContain("disappeared", "modified", "error");
    ThrowawayHost.Result needed =
        host.exec(
            "/bin/bash",
            "-euc",
            "nix-store --query --requisites $(cat /root/roots) | sort | diff - /root/needed;"
                + " ls -d $(cat /root/needed) >/dev/null; nix-store --check-validity"
                + " $(cat /root/needed)");
    assertThat(needed.ok()).as("%s: %s", when, needed.out()).isTrue();
    assertThat(generations()).as(when).containsAll(STAY);
  }

  private static TreeSet<String> generations() {
    TreeSet<String> numbers = new TreeSet<>(java.util.Comparator.comparing(Integer::parseInt));
    host.sh("cd /nix/var/nix/profiles; ls -d system-*-link")
        .lines()
        .forEach(link -> numbers.add(link.split("-")[1]));
    return numbers;
  }

  private static List<String> dead() {
    return host.sh("ls /nix/store | grep -e '-dead-[0-9]*$' || true").lines().toList();
  }

  private static double available() {
    return Double.parseDouble(host.sh("df --output=avail -B1 /nix | tail -1").strip());
  }
}
