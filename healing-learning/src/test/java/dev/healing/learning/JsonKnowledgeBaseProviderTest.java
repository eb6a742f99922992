package dev.healing.learning;

import static dev.healing.learning.Samples.disk;
import static dev.healing.learning.Samples.receipt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Configuration;
import dev.healing.api.Outcome;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.testkit.TestHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonKnowledgeBaseProviderTest {
  private final TestHost host = new TestHost();
  private final JsonKnowledgeBaseProvider provider = new JsonKnowledgeBaseProvider();

  private void heal(HostContext context, String mount) {
    KnowledgeBase base = provider.create(context);
    base.record(List.of(receipt(mount, ActionId.CLEAN_DISK, Outcome.HEALED)));
    base.close();
  }

  private Confidence known(HostContext context, String mount) {
    return provider.create(context).confidence(disk(mount), ActionId.CLEAN_DISK);
  }

  @Test
  void makingOneTouchesNothing() {
    provider.create(host).close();

    assertThat(host.state().writes()).isZero();
  }

  @Test
  void remembersAsManyProblemsAsConfigured() {
    HostContext one = host.withConfiguration(Configuration.of(Map.of("problems", 1)));
    heal(one, "/var");
    heal(one, "/home");

    assertThat(known(one, "/var").attempts()).isZero();
    assertThat(known(one, "/home").healed()).isEqualTo(1);
    assertThat(one.configuration().problems()).isEmpty();
  }

  @Test
  void aDamagedDocumentCostsNothingBecauseTheLastJournalIsKept() {
    for (int i = 0; i < 3; i++) {
      heal(host, "/var");
    }
    host.state().damage(JsonKnowledgeBase.FILE, 1);

    KnowledgeBase base = provider.create(host);

    assertThat(base.confidence(disk("/var"), ActionId.CLEAN_DISK).healed()).isEqualTo(3);
    assertThat(base.problems()).singleElement().asString().contains("checksum does not match");
  }

  @Test
  void aDamagedJournalLineIsReportedAndCostsThatOutcomeOnly() {
    KnowledgeBase writer = provider.create(host);
    for (int i = 0; i < 3; i++) {
      writer.record(List.of(receipt("/var", ActionId.CLEAN_DISK, Outcome.HEALED)));
    }
    host.state().damage(JsonKnowledgeBase.JOURNAL, 2);

    assertThat(known(host, "/var").healed()).isEqualTo(2);
    assertThat(provider.create(host).problems())
        .containsExactly(
            "knowledge.journal.jsonl:2: checksum does not match",
            "knowledge.journal.jsonl: outcomes missing before or among its lines: 1");
  }
}
