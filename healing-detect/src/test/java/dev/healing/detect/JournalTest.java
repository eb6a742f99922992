package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final String[] ASK = {
    "journalctl",
    "--quiet",
    "--no-pager",
    "--output=cat",
    "--since=-1h",
    "_TRANSPORT=driver",
    "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e",
    "MESSAGE_ID=e9bf28e6e834481bb6f48f548ad13606"
  };

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void aHostWithAJournal() {
    host = new TestHost(root);
    host.files().write("/run/systemd/journal/socket", "");
    host.commands().succeeds(Hosts.text("vm", "journalctl.lost"), ASK);
    looks =
        new Looks(
            host,
            new JournalSampler.Provider().create(host),
            new JournalLosing.Provider().create(host));
  }

  private Detection later(int minutes) {
    Detection last = Detection.NOTHING;
    for (int minute = 0; minute < minutes; minute++) {
      host.time().advance(Duration.ofMinutes(1));
      last = looks.again();
    }
    return last;
  }

  @Test
  void aUnitThatWritesTooMuchIsReportedUntilItDoesNot() {
    later(2);
    assertThat(looks.values())
        .containsExactly(
            Map.entry(Metric.of(JournalSampler.LOST, "kernel"), 12.0),
            Map.entry(Metric.of(JournalSampler.LOST, "test-loud.service"), 5000.0));
    Issue issue = looks.again().issues().get(0);
    assertThat(looks.again().issues()).hasSize(1);
    assertThat(issue.severity()).isEqualTo(Severity.LOW);
    assertThat(issue.components()).containsExactly("test-loud.service");
    assertThat(issue.description())
        .isEqualTo(
            "the journal suppressed 5000 messages of test-loud.service in the last hour, which"
                + " writes more than it takes (LogRateLimitBurst=)");
    host.commands().succeeds("", ASK);
    assertThat(later(11)).isEqualTo(Detection.NOTHING);
    host.commands().succeeds("Missed 2000 kernel messages\n", ASK);
    assertThat(later(11).issues())
        .extracting(Issue::description)
        .containsExactly(
            "the journal came too late for 2000 messages of the kernel in the last hour");
    assertThat(host.commands().calls()).as("once in ten minutes").hasSize(3);
  }

  @Test
  void whereTheJournalIsNotOursToReadNothingIsAsked() throws Exception {
    host.privileges(Set.of());
    assertThat(later(60)).isEqualTo(Detection.NOTHING);
    TestHost container = new TestHost(root.resolve("container"));
    Looks there =
        new Looks(
            container,
            new JournalSampler.Provider().create(container),
            new JournalLosing.Provider().create(container));
    there.again();
    container.time().advance(Duration.ofHours(1));
    assertThat(there.again()).isEqualTo(Detection.NOTHING);
    assertThat(host.commands().calls()).isEmpty();
    assertThat(container.commands().calls()).isEmpty();
  }

  @Test
  void aJournalThatDoesNotAnswerAnyMoreHasNotStoppedLosing() {
    later(1);
    assertThat(later(1).issues()).hasSize(1);
    host.commands().timesOut(ASK);
    assertThat(later(11).unreadable())
        .contains(new Unreadable("test-loud.service", "journalctl: took too long and was ended"));
    looks =
        new Looks(
            host,
            new JournalSampler.Provider().create(host),
            new JournalLosing.Provider().create(host));
    assertThat(later(60)).isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().samples()).isEmpty();
    assertThat(looks.reading().unreadable()).isEmpty();
  }

  @Test
  void onlyItsOwnWordsCount() {
    assertThat(
            JournalSampler.parse(
                "Suppressed many messages from a.service\nI Suppressed 3 messages from b.service\n"
                    + "Suppressed 7 messages from c.service\nMissed 99999999999999999999 kernel"
                    + " messages\n"))
        .containsExactly(Map.entry("c.service", 7L));
  }
}
