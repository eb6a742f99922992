package dev.healing.runner.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.runner.text.Waiting.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private static Optional<Progress> progress(Double fraction, Long expectedMillis) {
    return Optional.of(
        new Progress(
            "clean_disk: deleted 30 of 100",
            Optional.ofNullable(fraction),
            Optional.ofNullable(expectedMillis)));
  }

  @Test
  void saysWhatIsDoneAndHowLongItTakes() {
    assertThat(Waiting.line(progress(null, 40_000L), 10, 80))
        .isEqualTo("clean_disk: deleted 30 of 100: 10.0 s, about 30.0 s left");
    assertThat(Waiting.line(progress(0.25, null), 10, 80)).endsWith(", about 30.0 s left");
    assertThat(Waiting.line(progress(null, 4_000L), 10, 80))
        .endsWith("longer than the 4.0 s that were expected");
    assertThat(Waiting.line(progress(null, null), 10, 80)).endsWith("100: 10.0 s");
    assertThat(Waiting.line(Optional.empty(), 3, 80)).isEqualTo("under way: 3.0 s");
    Progress long_ = new Progress("x\u001b[2J".repeat(100), Optional.empty(), Optional.of(99_000L));
    assertThat(Waiting.line(Optional.of(long_), 10, 80))
        .hasSizeLessThanOrEqualTo(80)
        .doesNotContain("\u001b");
  }

  @Test
  void fitsOnANarrowTerminal() {
    assertThat(Waiting.line(progress(null, 40_000L), 10, 40))
        .isEqualTo("clean_disk:…: 10.0 s, about 30.0 s left");
    assertThat(Waiting.line(progress(null, 4_000L), 10, 20))
        .hasSizeLessThan(20)
        .endsWith(": 10.0 s");
  }

  @Test
  void whatIsFastOrSeenByNobodyShowsNothing() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(out, true, UTF_8);
    Waiting.on(to, OptionalInt.of(80), Optional::empty).close();
    Waiting.on(
            to,
            OptionalInt.empty(),
            () -> {
              throw new AssertionError("nobody looks");
            })
        .close();
    assertThat(out.size()).isZero();
  }
}
