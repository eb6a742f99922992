package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A real Nix store, filled without any network, with system generations that a shell script
 * activates.
 */
class NixRealHostTest {
  private static final String PROFILE = "/nix/var/nix/profiles/system";
  private static final String ONLY_THIS =
      """
      limits: {health-floor: 0, cooldown: 1s}
      detectors: {cpu_high: off, memory_high: off, system_slow: off, disk_full: off}
      """;

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("nix");
    host.write("/etc/nix/nix.conf", "sandbox = false\nbuild-users-group =\nsubstituters =\n");
    // What a generation is made of: activation writes its mark and starts its service.
    host.write(
        "/root/generation.nix",
        """
        { mark, command }: derivation {
          name = "system-${mark}";
          system = builtins.currentSystem;
          builder = "/bin/sh";
          PATH = "/usr/bin:/bin";
          args = [ "-c" ''
            mkdir -p $out/bin
            cat >$out/bin/switch-to-configuration <<'END'
            #!/bin/sh
            echo ${mark} >>/run/test-switches
            test ! -e /run/test-restarts-healing || systemctl restart healing.service
            echo "activates ${mark}" || exit 1
            while test -e /run/test-holds; do sleep 0.1; done
            test ! -e /run/test-fails-${mark} || { echo "on purpose" >&2; exit 1; }
            echo ${mark} >/run/test-activated
            ln -sfn $(dirname $(dirname $(readlink -f $0))) /run/current-system
            mkdir -p /run/systemd/system
            printf '[Service]\\nExecStart=%s\\n' '${command}' >/run/systemd/system/test-app.service
            systemctl daemon-reload
            systemctl restart test-app.service
            END
            sed -i 's/^ *//' $out/bin/switch-to-configuration
            chmod +x $out/bin/switch-to-configuration
          '' ];
        }
        """);
    host.write(
        "/root/padding.nix",
        """
        { mark, megabytes }: derivation {
          name = "padding-${mark}";
          system = builtins.currentSystem;
          builder = "/bin/sh";
          PATH = "/usr/bin:/bin";
          args = [ "-c" "mkdir $out; head -c ${megabytes}M /dev/zero >$out/data; echo ${mark} >$out/mark" ];
        }
        """);
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void stop() {
    host.exec("/bin/sh", "-c", "systemctl stop healing 'test-*.service'; systemctl reset-failed");
    host.exec("/bin/sh", "-c", "systemctl stop healing-rollback; rm -f /run/test-*");
    host.exec(
        "/bin/sh", "-c", "umount -l /nix; rm -rf /nix /run/current-system /run/booted-system");
  }

  @Test
  void aFullStoreIsCollectedAndNoGenerationIsLost() {
    store(128);
    generation("one", "/bin/sleep infinity");
    generation("two", "/bin/sleep infinity");
    List<String> links = links();
    String dead = padding("dead", 104);

    host.startHealing(fullStore("garbage_collect", 80));
    host.await("it is collected", () -> !host.history("garbage_collect").isEmpty());

    assertThat(host.history("garbage_collect").get(0).path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
    assertThat(host.holds("test -e " + dead)).isFalse();
    assertThat(links()).isEqualTo(links);
    host.sh(
        "nix-store --verify --check-contents; test -x " + PROFILE + "/bin/switch-to-configuration");
  }

  @Test
  void aStoreWithTheSameThingTwiceIsOptimised() {
    store(128);
    generation("one", "/bin/sleep infinity");
    for (String mark : List.of("a", "b", "c")) {
      host.sh("nix-store --add-root /nix/var/nix/gcroots/" + mark + " -r " + padding(mark, 36));
    }

    host.startHealing(fullStore("optimize_store", 80));
    host.await("it is optimised", () -> !host.history("optimize_store").isEmpty());

    assertThat(host.history("optimize_store").get(0).path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
    assertThat(host.sh("stat -c %i /nix/store/*-padding-*/data | sort -u").lines()).hasSize(1);
    host.sh("nix-store --verify --check-contents");
  }

  @Test
  void aBrokenGenerationIsRolledBackOnlyWhenApproved() {
    brokenGeneration();

    JsonNode waiting = awaitsApproval();
    host.letTimePass(Duration.ofSeconds(4));
    assertThat(activated()).as("rolled back without approval%s", host.journal()).isEqualTo("bad");
    assertThat(host.sh("readlink " + PROFILE).strip()).isEqualTo("system-2-link");

    ThrowawayHost.Result approved =
        host.exec("healing", "approve", waiting.path("incident").asString());

    assertThat(approved.ok()).as(approved.out() + host.journal()).isTrue();
    assertThat(activated()).isEqualTo("good");
    assertThat(host.sh("readlink " + PROFILE).strip()).isEqualTo("system-1-link");
    assertThat(host.holds("systemctl is-active -q test-app.service")).isTrue();
    assertThat(host.holds("test -e /nix/var/nix/profiles/system-2-link"))
        .as("the broken generation is kept for whoever wants to know")
        .isTrue();
    Optional<JsonNode> receipt = host.history("rollback_generation").stream().findFirst();
    assertThat(receipt.orElseThrow().path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
  }

  @Test
  void afterASwitchThatFailsTheProfileNamesWhatRunsAndItIsNotTriedAgain() {
    brokenGeneration();
    String running = host.sh("readlink -f /run/current-system");
    host.sh("touch /run/test-fails-good");

    String incident = awaitsApproval().path("incident").asString();
    ThrowawayHost.Result approved = host.exec("healing", "approve", incident);
    host.sh("rm /run/test-fails-good");

    assertThat(approved.ok()).as(approved.out() + host.journal()).isFalse();
    assertThat(activated()).isEqualTo("bad");
    assertThat(host.sh("readlink " + PROFILE).strip()).isEqualTo("system-2-link");
    assertThat(host.sh("readlink -f " + PROFILE)).isEqualTo(running);
    assertThat(host.sh("readlink -f /run/current-system")).isEqualTo(running);
    JsonNode receipt =
        host.history("rollback_generation").stream()
            .filter(one -> one.has("startedAt"))
            .findFirst()
            .orElseThrow();
    assertThat(receipt.path("outcome").asString()).as(host.journal()).isEqualTo("FAILED");
    assertThat(receipt.toString()).contains("exit code 1", "generation 2, which runs");
    assertThat(host.sh("journalctl -u healing-rollback")).contains("on purpose");

    host.sh(
        "kill -9 $(systemctl show -p MainPID --value healing);"
            + " systemctl reset-failed healing; systemctl restart healing");
    host.awaitHealing();
    ThrowawayHost.Result again =
        host.exec("healing", "heal", "--type", "generation_broken", "--component", PROFILE);
    assertThat(again.ok()).as(again.out()).isFalse();
    assertThat(host.sh("readlink " + PROFILE).strip()).isEqualTo("system-2-link");
    assertThat(activated()).isEqualTo("bad");
  }

  @Test
  void aSwitchThatRestartsUsIsCompletedAndDoneOnce() {
    brokenGeneration();
    String incident = awaitsApproval().path("incident").asString();
    String daemon = host.mainPid("healing.service");
    host.sh("touch /run/test-restarts-healing");

    host.exec("healing", "approve", incident);

    host.await("the daemon is restarted", () -> host.runsAgain("healing.service", daemon));
    host.await("the switch completes", () -> activated().equals("good"));
    awaitEndOfSwitch();
    host.await("it is looked at again", () -> outcomes().contains("AMBIGUOUS"));
    assertThat(host.sh("readlink " + PROFILE).strip()).isEqualTo("system-1-link");
    assertThat(host.sh("readlink -f /run/current-system"))
        .isEqualTo(host.sh("readlink -f " + PROFILE));
    assertThat(host.holds("systemctl is-active -q test-app.service")).isTrue();
    assertThat(switches()).as(host.journal()).containsExactly("good", "bad", "good");
    assertThat(outcomes()).as(host.journal()).containsExactly("AMBIGUOUS");
  }

  @Test
  void killedInASwitchThatThenFailsTheProfileNamesWhatRuns() {
    brokenGeneration();
    String incident = awaitsApproval().path("incident").asString();
    String daemon = host.mainPid("healing.service");
    host.sh("touch /run/test-holds /run/test-fails-good");
    host.sh("healing approve " + incident + " >/dev/null 2>&1 &");
    host.await("the switch is under way", () -> switches().size() == 3);
    assertThat(host.sh("readlink " + PROFILE).strip()).isEqualTo("system-1-link");

    host.sh("kill -9 " + daemon);
    host.await("systemd starts it again", () -> host.runsAgain("healing.service", daemon));
    host.awaitHealing();
    host.await("it is looked at again", () -> outcomes().contains("AMBIGUOUS"));
    host.sh("rm /run/test-holds");
    awaitEndOfSwitch();

    assertThat(host.sh("readlink " + PROFILE).strip())
        .as(host.journal())
        .isEqualTo("system-2-link");
    assertThat(host.sh("readlink -f /run/current-system"))
        .isEqualTo(host.sh("readlink -f " + PROFILE));
    assertThat(activated()).isEqualTo("bad");
    assertThat(switches()).as(host.journal()).containsExactly("good", "bad", "good");
    assertThat(outcomes()).as(host.journal()).containsExactly("AMBIGUOUS");
  }

  private static void awaitEndOfSwitch() {
    host.await(
        "the unit is gone",
        () -> host.sh("systemctl show -P LoadState healing-rollback").strip().equals("not-found"));
  }

  private static List<String> switches() {
    return host.sh("cat /run/test-switches").lines().toList();
  }

  /** What came of the rollbacks that were begun. */
  private static List<String> outcomes() {
    return host.history("rollback_generation").stream()
        .filter(receipt -> receipt.has("startedAt"))
        .map(receipt -> receipt.path("outcome").asString())
        .toList();
  }

  /** Healing runs, and then comes a generation whose service fails. */
  private static void brokenGeneration() {
    store(64);
    generation("good", "/bin/sleep infinity");
    activate();
    host.startHealing(ONLY_THIS);
    generation("bad", "/bin/false");
    activate();
  }

  private static JsonNode awaitsApproval() {
    return host.await(
            "a rollback waits for approval",
            Duration.ofSeconds(30),
            () -> host.incident("GENERATION_BROKEN", PROFILE),
            found -> found.filter(i -> i.path("awaitsConfirmation").asBoolean()).isPresent())
        .orElseThrow();
  }

  private static void store(int megabytes) {
    host.sh(
        "mkdir -p /nix; mount -t tmpfs -o size="
            + megabytes
            + "m,mode=755 nix /nix; nix-store --init");
  }

  private static String fullStore(String action, int percent) {
    StringBuilder others = new StringBuilder();
    for (String other : List.of("clear_cache", "clean_disk", "garbage_collect", "optimize_store")) {
      if (!other.equals(action)) {
        others.append("  ").append(other).append(": off\n");
      }
    }
    return """
        limits: {health-floor: 0}
        detectors:
          cpu_high: off
          memory_high: off
          system_slow: off
          generation_broken: off
          disk_full: {high: %d%%, mounts: {/: off}}
        samplers: {host: {mounts: [/nix]}}
        actions:
        %s"""
        .formatted(percent, others);
  }

  private static void generation(String mark, String command) {
    host.sh(
        "out=$(nix-build -Q --no-out-link /root/generation.nix --argstr mark "
            + mark
            + " --argstr command '"
            + command
            + "'); nix-env -p "
            + PROFILE
            + " --set $out");
  }

  private static void activate() {
    host.sh(PROFILE + "/bin/switch-to-configuration switch || true");
  }

  private static String activated() {
    return host.sh("cat /run/test-activated").strip();
  }

  private static String padding(String mark, int megabytes) {
    return host.sh(
            "nix-build -Q --no-out-link /root/padding.nix --argstr mark "
                + mark
                + " --argstr megabytes "
                + megabytes)
        .strip()
        .lines()
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  private static List<String> links() {
    return host.sh("ls " + PROFILE + "-*-link").lines().toList();
  }
}
