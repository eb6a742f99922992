package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinksTest {
  private static final String ETH0 = "/sys/class/net/eth0/";
  private static final Metric UP = Metric.of(LinkSampler.UP, "eth0");

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void copyACapturedHost() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    looks = looks(Map.of());
  }

  private Looks looks(Map<String, ?> keys) {
    Configuration section = Configuration.of(keys);
    return new Looks(
        host,
        new LinkSampler.Provider().create(host),
        new LinkDown.Provider().create(host.withConfiguration(section)));
  }

  private Detection later(int seconds) {
    host.time().advance(Duration.ofSeconds(seconds));
    return looks.again();
  }

  private void state(String operstate, String flags) {
    host.files().write(ETH0 + "operstate", operstate + "\n").write(ETH0 + "flags", flags + "\n");
  }

  @Test
  void aLinkThatIsLostIsReportedUntilItIsBack() {
    assertThat(looks.again()).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsExactly(Map.entry(UP, 1.0));
    state("down", "0x1003");
    assertThat(later(5)).isEqualTo(Detection.NOTHING);
    assertThat(later(5)).isEqualTo(Detection.NOTHING);
    Issue issue = later(5).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("eth0");
    assertThat(issue.description())
        .isEqualTo(
            "eth0 is switched on and has no link since " + host.time().now().minusSeconds(10));
    state("up", "0x1003");
    assertThat(later(5)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatSomebodySwitchedOffOrTookAwayIsNoProblem() throws Exception {
    looks.again();
    state("down", "0x1002");
    assertThat(later(60)).isEqualTo(Detection.NOTHING);
    state("down", "0x1003");
    assertThat(later(60)).as("switched on, and had no link since").isEqualTo(Detection.NOTHING);
    assertThat(later(60)).isEqualTo(Detection.NOTHING);
    state("up", "0x1003");
    later(5);
    state("lowerlayerdown", "0x1003");
    later(5);
    assertThat(later(10).issues()).hasSize(1);
    Files.delete(host.files().path(ETH0 + "flags"));
    assertThat(later(5)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whileInterfacesCannotBeListedNothingIsOver() throws Exception {
    looks.again();
    state("down", "0x1003");
    later(5);
    assertThat(later(10).issues()).hasSize(1);
    Path all = root.resolve("sys/class/net");
    Files.move(all, root.resolve("away"));
    assertThat(later(10).issues()).isEmpty();
    assertThat(later(10).unreadable()).extracting(Unreadable::what).containsExactly("eth0");
    Files.move(root.resolve("away"), all);
    assertThat(later(5).issues()).as("at once: it is known since when").hasSize(1);
    state("up", "0x1003");
    assertThat(later(10)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void aLinkThatCannotBeReadIsNotSwitchedOff() {
    looks.again();
    state("down", "0x1003");
    later(5);
    assertThat(later(10).issues()).hasSize(1);
    host.files().unreadable(ETH0 + "operstate");
    for (int look = 0; look < 3; look++) {
      assertThat(later(60))
          .isEqualTo(
              new Detection(
                  List.of(),
                  List.of(new Unreadable("eth0", ETH0 + "operstate: Permission denied"))));
      assertThat(looks.reading().unreadable())
          .extracting(Unreadable::what)
          .containsExactly("link.up.flag{eth0}");
      assertThat(looks.values()).doesNotContainKey(UP);
    }
  }

  @Test
  void aClockThatIsSetMeanwhileNeitherEndsNorHastensIt() {
    looks.again();
    state("down", "0x1003");
    later(5);
    host.time().jumpWall(Duration.ofHours(1));
    assertThat(later(5).issues()).isEmpty();
    host.time().jumpWall(Duration.ofHours(-2));
    assertThat(later(5).issues()).hasSize(1);
    host.time().jumpWall(Duration.ofDays(-300));
    assertThat(later(5).issues()).hasSize(1);
    state("up", "0x1003");
    assertThat(later(5)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void someMayBeUnplugged() {
    looks = looks(Map.of("ignore", List.of("eth*"), "after", "0s"));
    looks.again();
    state("down", "0x1003");
    assertThat(later(60)).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsEntry(UP, 0.0);
  }

  @Test
  void aHostWithoutInterfacesIsSilent() {
    host = new TestHost(root.resolve("bare"));
    looks = looks(Map.of());
    assertThat(later(60)).isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().unreadable()).isEmpty();
  }
}
