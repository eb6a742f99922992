package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The module for NixOS, as far as Nix can tell without nixpkgs. */
class NixModuleTest {
  private static final Path NIXOS = Path.of("../packaging/nixos").toAbsolutePath().normalize();

  private static String instantiated(String... options) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/nix-instantiate")), "skipped: this host has no Nix");
    List<String> line = new ArrayList<>(List.of("/usr/bin/nix-instantiate"));
    line.addAll(List.of(options));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as("%s", line).isZero();
    return output;
  }

  @Test
  void allOfItIsNix() throws Exception {
    try (Stream<Path> files = Files.list(NIXOS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".nix")).toList()) {
        assertThat(instantiated("--parse", file.toString())).isNotBlank();
      }
    }
  }

  @Test
  void theModuleComesToADaemonWithItsConfiguration() throws Exception {
    JsonNode module =
        JsonText.read(
            instantiated("--eval", "--strict", "--json", NIXOS.resolve("check.nix").toString()));
    assertThat(module.path("undocumented")).isEmpty();
    assertThat(module.path("off")).as("when it is not enabled").isEmpty();
    JsonNode service = module.path("config").path("systemd").path("services").path("healing");
    assertThat(service.path("wantedBy").path(0).asString()).isEqualTo("multi-user.target");
    assertThat(service.path("serviceConfig").path("LoadCredential").path(0).asString())
        .isEqualTo("slack:/run/keys/slack");
    JsonNode file = module.path("config").path("environment").path("etc");
    String written = file.path("healing/healing.yaml").path("text").asString("");
    assertThat(YamlConfiguration.parse(written, "module").text("autonomy", ""))
        .isEqualTo("suggest");
  }

  @Test
  void whatTheModuleRepeatsOfTheUnitIsThere() throws IOException {
    String unit = Files.readString(NIXOS.resolve("../healing.service"));
    assertThat(unit).contains("ExecStart=/usr/bin/healing run", "Type=notify");
    assertThat(Files.readString(NIXOS.resolve("package.nix")))
        .contains("--replace /usr/bin/healing");
  }
}
