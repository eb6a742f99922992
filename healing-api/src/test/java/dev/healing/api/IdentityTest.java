package dev.healing.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
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

  /** What a record brings along is put together at its first use, of dozens of classes. */
  @Test
  void itsEqualityIsWrittenOut() throws IOException {
    for (Class<?> one : List.of(Metric.class, IssueType.class, ActionId.class, Fingerprint.class)) {
      try (InputStream in = one.getResourceAsStream(one.getSimpleName() + ".class")) {
        String code = new String(Objects.requireNonNull(in).readAllBytes(), ISO_8859_1);
        assertThat(code.contains("ObjectMethods")).as("%s leaves it to Java", one).isFalse();
      }
    }
  }

  @Test
  void aFingerprintsHashIsTheBeginningOfItsMd5() {
    assertThat(new Fingerprint("memory_high:memory").hash()).isEqualTo("bcc2fcb7");
    assertThat(new Fingerprint("memory_high:memory").hash()).isEqualTo("bcc2fcb7");
  }
}
