package dev.healing.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobsTest {
  @ParameterizedTest
  @CsvSource({
    "ssh.service, ssh.service, true",
    "ssh.service, sshxservice, false",
    "pg*, pg, true",
    "pg*, pgbouncer.service, true",
    "pg*, mypg, false",
    "a?c, abc, true",
    "a?c, ac, false",
    "a?c, a\uD83D\uDE00c, true",
    "'\\Qx\\E*', '\\Qx\\Ey', true",
    "[a-z], a, false"
  })
  void aStarIsAnyTextAndAQuestionMarkAnyOneCharacter(String glob, String name, boolean matches) {
    assertThat(Globs.of(List.of("other", glob)).test(name)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({"a", "''"})
  void noneMatchesNothing(String name) {
    assertThat(Globs.of(List.of()).test(name)).isFalse();
  }
}
