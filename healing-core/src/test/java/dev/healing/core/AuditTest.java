package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HealingException;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.spi.StateStore;
import dev.healing.testkit.StoreAround;
import dev.healing.testkit.TestHost;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class AuditTest {
  private final TestHost host = new TestHost();
  private Audit audit = new Audit(host.state());

  private Receipt add(String intent, String detail) {
    Receipt receipt =
        Given.intent(intent, host.time().now(), Given.RESTART, "web.service")
            .receipt(Outcome.HEALED, host.time().now(), Map.of(), List.of(), List.of(), detail);
    audit.add(receipt);
    audit.commit();
    return receipt;
  }

  @Test
  void showsTheNewestFirst() {
    Receipt first = add("abc-1.1", "");
    Receipt second = add("abc-1.2", "");
    assertThat(new Audit(host.state()).history(10)).containsExactly(second, first);
    assertThat(audit.history(1)).containsExactly(second);
    assertThat(audit.history(0)).isEmpty();
  }

  @Test
  void findsATrailByTheBeginningOfItsIncident() {
    add("abc-1.1", "");
    add("abd-2.1", "");
    assertThat(audit.trail("abc")).hasSize(1);
    assertThat(audit.trail("abc-1")).hasSize(1);
    assertThat(audit.trail("x")).isEmpty();
    assertThatThrownBy(() -> audit.trail("ab"))
        .isInstanceOf(HealingException.class)
        .hasMessageContainingAll("'ab' is ambiguous", "abc-1", "abd-2");
  }

  @Test
  void findsTheNewestIncidentAboutAComponent() {
    add("abc-1.1", "");
    add("abc-2.1", "");
    add("abc-1.2", "web.service.d is no component of it, nor is web");
    assertThat(audit.newestAbout("web.service")).contains("abc-1");
    assertThat(audit.newestAbout("web")).isEmpty();
    assertThat(audit.newestAbout("web.service.d")).isEmpty();
  }

  @Test
  void anIncidentWhoseIdBeginsAnothersIsNotAmbiguous() {
    add("abc-1.1", "");
    add("abc-12.1", "");
    assertThat(audit.trail("abc-1"))
        .extracting((ObjectNode node) -> node.path("id").asString())
        .containsExactly("abc-1.1");
  }

  @Test
  void rotatesOnceAndReadsOnAcrossTheTwoFiles() {
    Receipt early = add("abc-1.1", "early");
    String large = "x".repeat(1 << 18);
    for (int i = 2; i < 20; i++) {
      add("abc-1." + i, large);
    }
    Receipt late = add("abc-1.20", "late");
    assertThat(host.state().exists(Audit.OLDER)).isTrue();
    assertThat(host.state().size(Audit.FILE)).isLessThan(4L << 20);
    List<Receipt> all = audit.history(100);
    assertThat(all).hasSize(20).startsWith(late).endsWith(early);
    assertThat(audit.trail("abc-1")).hasSize(20);
  }

  @Test
  void whoReadsWhileItIsTimeToRotateSeesAllOfItOnce() {
    String large = "x".repeat(1 << 18);
    for (int i = 1; i < 17; i++) {
      add("abc-1." + i, large);
    }
    assertThat(host.state().size(Audit.FILE)).isGreaterThan(4L << 20);
    AtomicBoolean more = new AtomicBoolean(true);
    StateStore whileRead =
        new StoreAround(host.state()) {
          @Override
          public Lines lines(String file) {
            Lines lines = super.lines(file);
            if (more.getAndSet(false)) {
              add("abc-1.17", ""); // as the engine does meanwhile
            }
            return lines;
          }
        };
    audit = new Audit(whileRead);
    assertThat(audit.trail("abc-1")).hasSize(17);
    add("abc-1.18", "");
    assertThat(host.state().exists(Audit.OLDER)).as("rotated when nobody reads").isTrue();
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenLater() {
    host.state().failWrites("No space left on device");
    assertThatThrownBy(() -> add("abc-1.1", "")).isInstanceOf(HealingException.class);
    host.state().healWrites();
    audit.commit();
    assertThat(audit.history(10)).hasSize(1);
  }

  @Test
  void whatMakesNoLineTakesNoOtherWithIt() {
    Instant now = host.time().now();
    Receipt good =
        Given.receipt(
            Given.intent("abc-1.1", now, Given.RESTART, "web.service"), Outcome.HEALED, now);
    audit.add(good);
    audit.add(new Prevention("abc-1", Given.TYPE, new TreeSet<>(), null, now, "nobody knows"));
    assertThatThrownBy(audit::commit)
        .isInstanceOf(HealingException.class)
        .hasMessageContaining("makes no line");
    audit.commit();
    assertThat(audit.history(10)).containsExactly(good);
  }

  @Test
  void aLineThatMakesNoSenseHidesNoOther() {
    Receipt good = add("abc-1.1", "");
    host.state()
        .append(
            Audit.FILE,
            List.of(
                "[]",
                "{\"kind\":\"receipt\"}",
                "{\"kind\":\"receipt\",\"id\":\"x.1\",\"outcome\":\"MARVELLOUS\"}",
                "{\"kind\":\"other\"}"));
    assertThat(audit.history(10)).containsExactly(good);
  }
}
