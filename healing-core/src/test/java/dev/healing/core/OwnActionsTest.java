package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.core.journal.Intent;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnActionsTest {
  private static final Instant BEGIN = VirtualTime.START;

  private final OwnActions own = new OwnActions();

  private Intent healed(String id, Instant at) {
    Intent intent = Given.intent(id, at, Given.RESTART, id);
    own.begun(intent, at);
    own.ended(intent, at.plusSeconds(5));
    own.concluded(Given.receipt(intent, Outcome.HEALED, at.plusSeconds(6)));
    return intent;
  }

  @Test
  void whatCameOfItIsKnownWhenItWasValidated() {
    Intent intent = Given.intent("a.1", BEGIN, Given.RESTART, "web.service");
    own.begun(intent, BEGIN);
    own.ended(intent, BEGIN.plusSeconds(5));
    assertThat(own.all()).singleElement().extracting("outcome").asString().contains("empty");
    own.concluded(Given.receipt(intent, Outcome.UNCHANGED, BEGIN.plusSeconds(6)));
    own.ended(intent, BEGIN.plusSeconds(60)); // it came back late
    OwnAction known = own.all().get(0);
    assertThat(known.outcome()).contains(Outcome.UNCHANGED);
    assertThat(known.endedAt()).contains(BEGIN.plusSeconds(60));
  }

  @Test
  void whatForAndSinceWhenIsKnownAlsoAfterARestart() {
    Intent intent = healed("a.1", BEGIN.plusSeconds(60));
    OwnActions next = new OwnActions();
    next.remember(
        List.of(Given.receipt(intent, Outcome.HEALED, BEGIN.plusSeconds(65))),
        BEGIN.plusSeconds(70));
    assertThat(next.all()).isEqualTo(own.all());
    assertThat(own.all().get(0).type()).isEqualTo(Given.TYPE);
    assertThat(own.all().get(0).detectedAt()).isEqualTo(BEGIN.plusSeconds(60));
  }

  @Test
  void looksBetweenTwoActionsShareOneList() {
    healed("a.1", BEGIN);
    List<OwnAction> before = own.all();
    assertThat(own.all()).isSameAs(before);
    healed("b.1", BEGIN.plusSeconds(60));
    assertThat(own.all()).hasSize(2);
    assertThat(before).hasSize(1);
  }

  @Test
  void itIsRememberedForAMonthAlsoOverARestart() {
    healed("a.1", BEGIN);
    healed("b.1", BEGIN.plus(Duration.ofDays(20)));
    assertThat(own.all()).hasSize(2);
    healed("c.1", BEGIN.plus(Duration.ofDays(31)));
    assertThat(own.all()).extracting(OwnAction::target).containsExactly("b.1", "c.1");
    OwnActions next = new OwnActions();
    Intent last = Given.intent("d.1", BEGIN, Given.RESTART, "web.service");
    next.remember(
        List.of(Given.receipt(last, Outcome.HEALED, BEGIN.plusSeconds(6))),
        BEGIN.plus(Duration.ofDays(29)));
    assertThat(next.all()).singleElement().extracting(OwnAction::outcome).isNotNull();
    assertThat(next.all().get(0).outcome()).contains(Outcome.HEALED);
  }
}
