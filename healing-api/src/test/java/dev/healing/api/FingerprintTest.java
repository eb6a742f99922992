package dev.healing.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  @Test
  void aKeyThatWasShortenedHasTheHashOfTheWhole() {
    assertThat(new Fingerprint("disk_full:/a,/b,:0123abcd-99ff").hash()).isEqualTo("0123abcd");
  }

  @Test
  void noProblemOfItsOwnLooksLikeThat() {
    for (List<String> components :
        List.of(
            List.of(":0123abcd-99ff"), List.of("a", ":0123abcd-99ff"), List.of("a,:0123abcd-99"))) {
      assertThat(Fingerprint.of(IssueType.DISK_FULL, components).hash()).isNotEqualTo("0123abcd");
    }
    assertThat(new Fingerprint("disk_full:/a,:../../../-99ff").hash()).matches("[0-9a-f]{8}");
    assertThat(new Fingerprint("disk_full:/a").hash()).isEqualTo("44f3c698");
  }

  @Test
  void forPeopleItsComponentsAreNamedAsTheyAre() {
    assertThat(Fingerprint.of(IssueType.SERVICE_FAILED, List.of("tpl@x:y.service")).inWords())
        .isEqualTo("service_failed:tpl@x:y.service");
    assertThat(
            Fingerprint.of(IssueType.SERVICE_FAILED, List.of("odd\\x20a.service", "b")).inWords())
        .isEqualTo("service_failed:b,odd\\x20a.service");
  }
}
