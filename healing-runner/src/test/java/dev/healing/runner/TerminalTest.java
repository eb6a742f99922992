package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
  @Test
  void itIsAsTheLauncherSaidUntilItIsResized() {
    Terminal terminal =
        new Terminal(Map.of("TERM", "xterm", "NO_COLOR", "1", "LINES", "50", "COLUMNS", "60"));
    assertThat(terminal.screen().rows()).isEqualTo(50);
    assertThat(terminal.screen().style().width()).isEqualTo(60);

    terminal.resized("20 40");
    assertThat(terminal.screen().rows()).isEqualTo(20);
    assertThat(terminal.screen().style().width()).isEqualTo(40);
    assertThat(terminal.screen().style().colour()).as("as before").isFalse();
  }

  @Test
  void whatIsNoSizeIsTheUsualOne() {
    for (String size : new String[] {"", "0 0", "nonsense", "24"}) {
      Terminal terminal = new Terminal(Map.of("TERM", "xterm"));
      terminal.resized(size);
      assertThat(terminal.screen().rows()).as(size).isEqualTo(24);
      assertThat(terminal.screen().style().width()).as(size).isGreaterThanOrEqualTo(20);
    }
  }
}
