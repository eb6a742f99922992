package dev.healing.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What maps are looked up by is equal when all that it is made of is. */
class IdentityTest {
  private static void same(Object one, Object again, List<Object> others) {
    assertThat(one).isNotSameAs(again).isEqualTo(again).hasSameHashCodeAs(again);
    assertThat(others).doesNotContain(one).doesNotContainNull();
    assertThat(one).isNotEqualTo(null);
  }

  @Test
  void whatIsMadeOfTheSameIsTheSame() {
    same(
        Metric.of("a", "b"),
        Metric.of("a", "b"),
        List.of(Metric.of("a"), Metric.of("a", "c"), Metric.of("b", "b"), IssueType.of("a")));
    same(IssueType.of("a"), IssueType.of("a"), List.of(IssueType.of("b"), ActionId.of("a")));
    same(ActionId.of("a"), ActionId.of("a"), List.of(ActionId.of("b"), IssueType.of("a")));
    same(
        new Fingerprint("a:b"),
        new Fingerprint("a:b"),
        List.of(new Fingerprint("a:c"), IssueType.of("a"), "a:b"));
  }

  @Test
  void aFingerprintsHashIsTheBeginningOfItsMd5() {
    assertThat(new Fingerprint("memory_high:memory").hash()).isEqualTo("bcc2fcb7");
    assertThat(new Fingerprint("memory_high:memory").hash()).isEqualTo("bcc2fcb7");
  }
}
