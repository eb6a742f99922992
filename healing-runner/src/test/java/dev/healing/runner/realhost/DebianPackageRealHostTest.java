package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package, through its whole life. */
class DebianPackageRealHostTest {
  private static final Path BUILD =
      Path.of("../packaging/debian/build").toAbsolutePath().normalize();

  private static Path built(Path to) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(BUILD.toString(), to.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String name = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Path.of(name.strip());
  }

  @Test
  void installsStartsUpgradesRemovesAndPurges(@TempDir Path directory) throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "skipped: this is no Debian");
    try (ThrowawayHost host = ThrowawayHost.boot("debian")) {
      host.sh("/usr/lib/healing/install --remove");
      Files.copy(built(directory), host.at("/var/tmp/healing.deb"));

      String policy = "/usr/sbin/policy-rc.d";
      host.sh("printf '#!/bin/sh\\nexit 101\\n' >" + policy + "; chmod 755 " + policy);
      host.sh("dpkg -i /var/tmp/healing.deb");
      assertThat(host.holds("systemctl is-active -q healing"))
          .as("although nothing may be started by an installation")
          .isFalse();

      host.sh("rm " + policy + "; dpkg -i /var/tmp/healing.deb");

      assertThat(host.sh("systemctl is-active healing; systemctl is-enabled healing"))
          .as("up, which it says itself")
          .isEqualTo("active\nenabled\n");
      assertThat(host.json("status").path("daemon").asBoolean(false)).isTrue();
      assertThat(host.at("/usr/lib/healing/healing.jsa")).exists();
      assertThat(host.at("/usr/share/man/man1/healing-pause.1.gz")).exists();
      assertThat(host.at("/usr/share/zsh/vendor-completions/_healing")).exists();
      assertThat(host.at("/usr/share/bash-completion/completions/healing")).exists();
      assertThat(
              host.sh(
                  "cd /usr/share/doc/healing; for page in README.md docs/*.md; do"
                      + " grep -o '](\\([^)#]*\\)' $page | cut -c3- | grep -v '^http'"
                      + " | while read -r to; do"
                      + " [ -z \"$to\" ] || [ -e $(dirname $page)/$to ] || echo $page $to; done; done"))
          .as("links that lead nowhere")
          .isEmpty();

      host.sh("healing pause; echo 'autonomy: suggest' >/etc/healing/healing.yaml");
      String before = host.mainPid("healing");
      host.sh("dpkg -i /var/tmp/healing.deb");

      assertThat(host.runsAgain("healing.service", before)).isTrue();
      assertThat(host.json("status").path("autonomy").asString()).isEqualTo("SUGGEST");
      assertThat(host.json("status").path("paused").isNull()).as("its state is kept").isFalse();

      host.sh(
          "systemd-run -q --unit=healing-throttle-cpu-quota-test.service --on-active=1h"
              + " touch /run/test-given-back; dpkg -r healing");

      assertThat(host.holds("test -e /run/test-given-back"))
          .as("what it held back is let go")
          .isTrue();

      assertThat(host.holds("systemctl is-active -q healing")).isFalse();
      assertThat(host.at("/usr/lib/healing")).doesNotExist();
      assertThat(host.at("/usr/bin/healing")).doesNotExist();
      assertThat(host.at("/var/lib/healing/pause")).exists();
      assertThat(host.at("/etc/healing/healing.yaml")).exists();

      host.sh("dpkg -P healing");

      assertThat(host.at("/var/lib/healing")).doesNotExist();
      assertThat(host.at("/etc/healing")).doesNotExist();
    }
  }
}
