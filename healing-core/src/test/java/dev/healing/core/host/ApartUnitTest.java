package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What it runs, without a systemd: that is for the tests on a real host. */
class ApartUnitTest {
  private final ApartUnit unit = new ApartUnit("healing-apart-1-1.service", "healing.service");

  private List<String> argv(Command command) {
    return unit.argv(command, Path.of("/bin", command.argv().get(0)), Map.of("LC_ALL", "C"));
  }

  /** As systemd would run it, with this on stdin. */
  private Result ran(String script, String input) {
    List<String> all = argv(Command.of(Duration.ofSeconds(5), "sh", "-c", script));
    List<String> own = all.subList(all.indexOf("--") + 1, all.size());
    return new ProcessCommands(Map.of())
        .run(new Command(own, Duration.ofSeconds(10), 1 << 16, input));
  }

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 1, 1", "exit 7, 7", "exit 127, 127", "kill -9 $$, 137"})
  void theExitCodeIsTheCommands(String script, int code) {
    assertThat(unit.of(ran(script, "")).exitCode()).isEqualTo(code);
  }

  @Test
  void outputAndInputAreTheCommands() {
    Result result = unit.of(ran("cat; echo err >&2", "in"));
    assertThat(result).isEqualTo(new Result(0, "in", "err\n", false, false));
  }

  /** Or a host whose systemd does not answer would have healthy services restarted. */
  @Test
  void whatSystemdDidNotRunHasNoResult() {
    Result failed = new Result(1, "", "Failed to connect to bus: No such file\n", false, false);
    assertThatThrownBy(() -> unit.of(failed))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("Failed to connect to bus");
    assertThatThrownBy(unit::requireBegun).isInstanceOf(HostException.class);
  }

  @Test
  void itIsBoundToTheDaemonAndToTheTimeLimit() {
    assertThat(argv(Command.of(Duration.ofSeconds(5), "id", "-u")))
        .startsWith("systemd-run")
        .contains("--property=BindsTo=healing.service", "--property=RuntimeMaxSec=6000ms")
        .contains("--setenv=LC_ALL=C")
        .endsWith("sh", "/bin/id", "-u");
    assertThat(ApartUnit.named(unit.name())).isTrue();
    assertThat(ApartUnit.named("healing.service")).isFalse();
  }

  @Test
  void withoutAWordOfTheUnitNothingRunsApart() {
    assertThat(ApartUnit.next(Map.of())).isEmpty();
    assertThat(ApartUnit.next(Map.of("HEALING_UNIT", ""))).isEmpty();
  }
}
