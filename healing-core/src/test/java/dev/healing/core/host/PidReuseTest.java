package dev.healing.core.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.healing.spi.HostProcesses;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * No process is signalled that was not observed, whoever has its number. In a PID namespace, where
 * the next number can be chosen without disturbing the machine.
 */
class PidReuseTest {
  private static final int WANTED = Integer.getInteger("healing.reuses", 500);

  @Test
  @Timeout(120)
  void whoeverGetsTheNumberIsLeftAlone() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")) && Files.exists(Path.of("/usr/bin/unshare")),
        "needs root and unshare to choose process numbers in a PID namespace");
    String classes =
        Stream.of(ForcedReuse.class, ProcProcesses.class, HostProcesses.class)
            .map(PidReuseTest::origin)
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    Process run =
        new ProcessBuilder(
                "/usr/bin/unshare",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classes,
                ForcedReuse.class.getName(),
                String.valueOf(WANTED))
            .redirectErrorStream(true)
            .start();
    String said;
    try {
      said = new String(run.getInputStream().readAllBytes(), UTF_8);
      assertThat(run.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      run.destroyForcibly();
    }
    System.out.println("forced reuse of process numbers: " + said.strip());
    Map<String, Integer> counts =
        Pattern.compile("([a-z-]+)=(\\d+)")
            .matcher(said)
            .results()
            .collect(Collectors.toMap(r -> r.group(1), r -> Integer.parseInt(r.group(2))));
    assertThat(counts).as(said).containsEntry("hit", 0).containsEntry("forced", WANTED);
    assertThat(counts.get("same-tick")).as(said).isPositive();
    assertThat(counts.get("during")).as(said).isPositive();
  }

  private static String origin(Class<?> type) {
    URI location = URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString());
    return Path.of(location).toString();
  }
}
