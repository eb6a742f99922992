package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.DetectorProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A jar in the plugin directory. */
class PluginsRealHostTest {
  private static final String JAR = "/etc/healing/plugins/plugged-in.jar";
  private static final String CONFIGURATION =
      ServicesRealHostTest.CALM + "plugins: {directory: /etc/healing/plugins}\n";

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() throws IOException {
    host = ThrowawayHost.boot("plugins");
    Files.createDirectories(host.at("/etc/healing/plugins"));
    writeJar(host.at(JAR), PluggedIn.class);
    host.sh("chown -R root:root /etc/healing; chmod -R go-w /etc/healing");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  /** A jar with one detector, of a class that has one other in it. */
  static void writeJar(Path jar, Class<? extends DetectorProvider> detector) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Class<?> one : new Class<?>[] {detector, detector.getDeclaredClasses()[0]}) {
        String name = one.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(name));
        try (InputStream in = one.getClassLoader().getResourceAsStream(name)) {
          in.transferTo(out);
        }
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + DetectorProvider.class.getName()));
      out.write(detector.getName().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void oneThatOnlyRootCanWriteIsUsed() {
    host.sh("chmod 644 " + JAR);
    host.startHealing(CONFIGURATION);
    assertThat(host.json("plugins").valueStream())
        .anyMatch(
            plugin ->
                plugin.path("name").asString().equals("test_plugged_in")
                    && plugin.path("state").asString().equals("on"));
  }

  @Test
  void whatItPrintsIsNoPartOfAnAnswer() {
    host.sh("chmod 644 " + JAR);
    host.write("/etc/healing/healing.yaml", CONFIGURATION);

    String answer = host.sh("healing once --json 2>/tmp/printed");

    assertThat(answer).startsWith("{").doesNotContain(PluggedIn.PRINTED);
    assertThat(host.sh("cat /tmp/printed")).contains(PluggedIn.PRINTED);
  }

  @Test
  void oneThatOthersCanWriteIsRefusedAndSaid() {
    host.sh("systemctl stop healing; chmod 666 " + JAR);
    host.write("/etc/healing/healing.yaml", CONFIGURATION);

    ThrowawayHost.Result run = host.exec("timeout", "30", "healing", "run");

    assertThat(run.exit()).as(run.out()).isEqualTo(2);
    assertThat(run.out()).contains(JAR + " is refused", "writable by nobody else");
  }

  @Test
  void aDaemonThatRunsKeepsWhatItHas() {
    host.sh("chmod 644 " + JAR);
    host.startHealing(CONFIGURATION);
    host.sh("chmod 666 " + JAR);

    ThrowawayHost.Result reload = host.exec("healing", "reload");

    assertThat(reload.ok()).as(reload.out()).isFalse();
    assertThat(reload.out()).contains(JAR + " is refused");
    assertThat(host.json("plugins").toString()).contains("test_plugged_in");
  }

  @Test
  void theArchiveThatInstallMakesIsUsedByTheLauncher() {
    String ours = "grep -c 'dev.healing.*shared objects file' /tmp/loaded";
    host.sh(
        "chmod 644 "
            + JAR
            + "; /usr/lib/healing/install --archive; export"
            + " HEALING_JAVA_OPTIONS=-Xlog:class+load=info:file=/tmp/loaded; healing plugins");
    assertThat(Integer.parseInt(host.sh(ours).strip())).isGreaterThan(100);
    host.sh("rm /usr/lib/healing/healing.jsa");
  }
}
