package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is worth doing before it is an issue: proposed, done on a person's word, and measured. */
class OpportunitiesRealHostTest {
  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("opportunities");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  private static List<JsonNode> opportunities(String type) {
    return host.json("opportunities")
        .valueStream()
        .filter(one -> one.path("type").asString().equals(type))
        .toList();
  }

  private static JsonNode found(String type) {
    List<JsonNode> found =
        host.await(
            type + " is found",
            Duration.ofSeconds(60),
            () -> opportunities(type),
            all -> !all.isEmpty());
    return found.get(0);
  }

  private static long available(String mount) {
    return Long.parseLong(host.sh("df -B1 --output=avail " + mount + " | tail -1").strip());
  }

  @Test
  void whatAPersonAppliesIsDoneAndWhatItBroughtIsMeasured() {
    host.mountImage("/data", 72);
    host.sh(
        """
        mkdir -p /data/log; head -c 26M /dev/zero >/data/ledger
        for n in 1 2 3 4; do
          head -c 7M /dev/zero >/data/log/app.log.$n; touch -d "$((60 * n)) days ago" /data/log/app.log.$n
        done
        """);
    host.dateBack("/data");
    host.startHealing(
        """
        detectors: {disk_full: {high: 98%}}
        actions: {clean_disk: {roots: [/data/log]}}
        samplers: {host: {mounts: [/data]}}
        """);

    JsonNode cleanup = found("DISK_CLEANUP");
    assertThat(cleanup.path("waits").asString()).contains("optimizer.proactive.by-itself is off");
    assertThat(host.history("clean_disk")).as("by itself, nothing").isEmpty();
    long before = available("/data");
    ThrowawayHost.Result applied =
        host.exec("healing", "opportunities", "--apply", cleanup.path("id").asString());

    assertThat(applied.ok()).as(applied.out() + host.journal()).isTrue();
    double freed = (double) available("/data") - before;
    assertThat(freed).as("as much as is needed, and no more").isBetween(7e6, 28e6);
    JsonNode benefit = host.history("clean_disk").get(0).path("benefit");
    assertThat(benefit.path("actual").asDouble()).isCloseTo(freed, within(1e6));
    assertThat(benefit.path("estimated").asDouble()).isCloseTo(freed, within(1e6));
    assertThat(host.holds("test -e /data/ledger")).isTrue();
    assertThat(opportunities("DISK_CLEANUP")).as("taken").isEmpty();
    host.sh("systemctl stop healing; umount /data");
  }

  @Test
  void adviceIsAFileForAPersonAfterWhichSystemdDoesWhatHealingDid() {
    String unit = "test-falls.service";
    host.unit(unit, "[Service]\nExecStart=/bin/sleep infinity\n");
    host.startHealing("limits: {heals-per-hour: 60, cooldown: 1s}");
    for (int time = 1; time <= 3; time++) {
      int healed = time;
      host.sh("kill -KILL " + host.mainPid(unit));
      host.await("heal " + time, () -> healed == host.history("restart_service").size());
    }

    assertThat(host.exec("healing", "explain", unit).out())
        .contains("service_failed  " + unit)
        .contains("restart_service");
    JsonNode advice = found("SERVICE_TUNING").path("advice");
    String file = advice.path("path").asString();
    ThrowawayHost.Result applied =
        host.exec(
            "healing", "opportunities", "--apply", found("SERVICE_TUNING").path("id").asString());
    assertThat(applied.exit()).as(applied.out()).isEqualTo(1);
    assertThat(host.holds("test -e " + file)).as("put there by nobody").isFalse();

    host.write(file, advice.path("text").asString());
    host.sh("systemctl daemon-reload; systemctl restart " + unit);
    host.await("it is not advised again", () -> opportunities("SERVICE_TUNING").isEmpty());
    String before = host.mainPid(unit);
    host.sh("kill -KILL " + before);
    host.await("systemd starts it again", () -> host.runsAgain(unit, before));
    assertThat(host.history("restart_service")).as(host.journal()).hasSize(3);
    host.sh("systemctl stop healing " + unit);
  }
}
