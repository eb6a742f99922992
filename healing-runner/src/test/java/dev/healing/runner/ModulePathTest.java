package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules are modules: started as such, they find each other's plugins. */
class ModulePathTest {
  private static final List<String> FOR_TESTS_ONLY =
      List.of("junit", "jqwik", "assertj", "opentest4j", "apiguardian", "byte-buddy", "surefire");

  @Test
  void theRunnerFindsAllPluginsOnTheModulePath(@TempDir Path state) throws Exception {
    String modules =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
            .filter(entry -> FOR_TESTS_ONLY.stream().noneMatch(entry::contains))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                modules,
                "--add-modules",
                "ALL-MODULE-PATH",
                "--module",
                "dev.healing.runner/dev.healing.runner.Main",
                "plugins",
                "--json",
                "--state",
                state.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said)
        .contains("memory_high", "disk_full", "service_failed", "generation_broken")
        .contains("restart_service", "clean_disk", "garbage_collect", "rollback_generation")
        .contains("proactive", "systemd");
  }
}
