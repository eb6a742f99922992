package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real Nix store, filled without any network. */
class NixRealHostTest {
  private static final String PROFILE = "/nix/var/nix/profiles/system";
  private static final String MARK = PROFILE + "-last-known-good";

  private static ThrowawayHost host;
  private static SystemGenerations generations;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("nix");
    generations = SystemGenerations.on(host);
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
    generations.remove();
  }

  @Test
  void aFullStoreIsCollectedAndNoGenerationIsLost() {
    generations.store(128);
    generations.build("one", "/bin/sleep infinity");
    generations.build("two", "/bin/sleep infinity");
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
    generations.store(128);
    generations.build("one", "/bin/sleep infinity");
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
  void aGenerationThatStaysWellIsMarkedAndOutlivesItsNumber() {
    generations.store(64);
    generations.build("one", "/bin/sleep infinity");
    generations.activate();
    String good = host.sh("readlink -f " + PROFILE).strip();

    host.startHealing(
        """
        limits: {health-floor: 0, patience: 0s}
        detectors:
          generation_unmarked: {good-after: 2s, good-health: 0}
          cpu_high: off
          memory_high: off
          system_slow: off
          disk_full: off
        """);
    host.await("it is marked", () -> !host.history("mark_generation_good").isEmpty());

    assertThat(host.history("mark_generation_good").get(0).path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
    assertThat(host.sh("readlink " + MARK).strip()).isEqualTo(good);
    host.sh("systemctl stop healing"); // or it would mark the next one too
    generations.build("two", "/bin/sleep infinity");
    generations.activate();
    String padding = padding("dead", 1);
    host.sh("nix-env -p " + PROFILE + " --delete-generations 1; nix-store --gc");
    assertThat(host.holds("test -e " + PROFILE + "-1-link || test -e " + padding)).isFalse();
    host.sh("test -x " + good + "/bin/switch-to-configuration");
    host.sh("nix-store --gc --print-roots | grep -F 'system-last-known-good -> " + good + "'");
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
