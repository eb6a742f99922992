package dev.healing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.CommandRunner.Result;
import org.junit.jupiter.api.Test;

class CommandResultTest {
  private static String complaint(String stderr) {
    return new Result(3, "", stderr, false, false).complaint();
  }

  @Test
  void aComplaintIsTheLastLineOfWhatItSaid() {
    assertThat(complaint("first\n last \r\n\n")).isEqualTo("last");
    assertThat(complaint("")).isEqualTo("exit code 3");
  }

  /** It stands in issues, in the audit and in messages. */
  @Test
  void aComplaintIsShortWhateverItSaid() {
    assertThat(complaint("x\n" + "A".repeat(65_536))).hasSize(300).endsWith("A…");
  }
}
