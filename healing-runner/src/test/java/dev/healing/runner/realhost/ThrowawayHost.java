package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A systemd host that exists for one test class, with the built jar installed as a service. A thin
 * shell around {@code src/test/scripts/throwaway-host}, which the benchmarks use too.
 */
final class ThrowawayHost implements AutoCloseable {
  private static final Path SCRIPTS = Path.of("src/test/scripts").toAbsolutePath();
  private static final Path PACKAGING = Path.of("../packaging").toAbsolutePath().normalize();
  private static final Path JAR = Path.of("target/healing.jar").toAbsolutePath();
  private static final Duration COMMAND = Duration.ofMinutes(3);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final JsonMapper JSON = new JsonMapper();

  /** Hosts share this machine's: whichever is free is another's a moment later. */
  private static final Object LOOP_DEVICES = new Object();

  private final String name;
  private final Path root;
  private final Thread atExit = new Thread(this::down);

  private ThrowawayHost(String name, Path root) {
    this.name = name;
    this.root = root;
  }

  /** What a host needs is installed once, however many are booted at once. */
  private static final class Packages {
    static final Result INSTALLED = local(Duration.ofMinutes(5), script("install-test-packages"));
  }

  /** What a command printed, and how it ended. */
  record Result(int exit, String out) {
    boolean ok() {
      return exit == 0;
    }
  }

  /**
   * Boots one, with the jar installed and not started. Skips the test, with the reason, where that
   * cannot be done.
   *
   * @param purpose a word for its name
   */
  static ThrowawayHost boot(String purpose) {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "real-host tests are skipped: they need root to boot a systemd host");
    Result packages = Packages.INSTALLED;
    Assumptions.assumeTrue(packages.ok(), "real-host tests are skipped: " + packages.out().strip());
    if (!Files.exists(JAR)) {
      fail(JAR + " is not there: real-host tests run after package, with 'mvn verify'");
    }
    String name = "healing-" + purpose + "-" + ProcessHandle.current().pid();
    Result prepared = local(COMMAND, script("throwaway-host"), "prepare", name);
    ThrowawayHost host =
        new ThrowawayHost(
            name, Path.of(prepared.out().strip().lines().findFirst().orElse("/none")));
    Runtime.getRuntime().addShutdownHook(host.atExit);
    try {
      if (!prepared.ok()) {
        fail("the host could not be prepared: " + prepared.out());
      }
      host.install();
      Result booted = local(Duration.ofSeconds(90), script("throwaway-host"), "boot", name);
      if (!booted.ok()) {
        fail("the host did not boot: " + booted.out());
      }
      return host;
    } catch (RuntimeException | Error e) {
      host.close();
      throw e;
    }
  }

  /** Installs the jar, as {@link #boot} does. */
  void install() {
    Result installed = local(COMMAND, PACKAGING.resolve("install").toString(), root.toString());
    if (!installed.ok()) {
      fail("it could not be installed: " + installed.out());
    }
  }

  /** A path of the host, as seen from here. Not for what is mounted inside. */
  Path at(String path) {
    return root.resolve(path.substring(1));
  }

  /** Writes a file before anything looks at it. */
  void write(String path, String content) {
    try {
      Files.createDirectories(at(path).getParent());
      Files.writeString(at(path), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command inside; its output is standard output and error together. */
  Result exec(String... command) {
    List<String> line = new ArrayList<>(List.of("exec", name));
    line.addAll(List.of(command));
    return local(COMMAND, script("throwaway-host"), line.toArray(String[]::new));
  }

  /** Sends its pid 1 a signal, which from inside would be ignored. */
  void signalInit(String signal) {
    Result sent = local(COMMAND, script("throwaway-host"), "signal", name, signal);
    if (!sent.ok()) {
      fail("SIG" + signal + " was not sent to the host's pid 1: " + sent.out());
    }
  }

  /** Runs a shell script inside that must succeed; what it printed. */
  String sh(String script) {
    Result result = exec("/bin/bash", "-euc", script);
    if (!result.ok()) {
      fail(
          "in the host, this ended with "
              + result.exit()
              + ":\n"
              + script
              + "\n"
              + result.out()
              + journal());
    }
    return result.out();
  }

  /** Whether a shell condition holds inside. */
  boolean holds(String condition) {
    return exec("/bin/bash", "-uc", condition).ok();
  }

  /** Mounts a new ext4 file system, on a loop device that is free again with the host's end. */
  void mountImage(String at, int megabytes) {
    Assumptions.assumeTrue(
        holds("test -e /dev/loop-control || mknod /dev/loop-control c 10 237; losetup -f"),
        "skipped: this machine gives a throw-away host no loop device");
    synchronized (LOOP_DEVICES) {
      attachAndMount(at, megabytes);
    }
  }

  private void attachAndMount(String at, int megabytes) {
    sh(
        """
        loop=$(losetup -f); test -b $loop || mknod $loop b 7 ${loop#/dev/loop}
        image=/var/tmp/$(systemd-escape --path %1$s).img; truncate -s %2$dM $image
        mkfs.ext4 -q -m 0 $image; mkdir -p %1$s; mount -o loop=$loop $image %1$s
        """
            .formatted(at, megabytes));
  }

  /** The kernel would not date a file back: nothing but a clock that was set may do that. */
  void dateBack(String mount, String... but) {
    List<String> young = List.of(but);
    StringBuilder commands = new StringBuilder();
    for (String file : sh("cd " + mount + "; find . -type f -printf '%P\\n'").lines().toList()) {
      if (!young.contains(file)) {
        commands.append("set_inode_field /").append(file).append(" ctime 20200101\n");
      }
    }
    sh(
        """
        device=$(findmnt -no SOURCE %1$s); image=$(losetup -nO BACK-FILE $device | xargs)
        umount %1$s
        debugfs -w -f /dev/stdin $image >/dev/null <<'END'
        %2$sEND
        mount -o loop=$device $image %1$s
        """
            .formatted(mount, commands));
  }

  /** Defines and starts a unit. */
  void unit(String unit, String content) {
    write("/etc/systemd/system/" + unit, content);
    sh("systemctl daemon-reload; systemctl start " + unit);
  }

  /** Of a service; "0" if it is down. */
  String mainPid(String unit) {
    return sh("systemctl show -P MainPID " + unit).strip();
  }

  /** Whether a service is up with another main process than before. */
  boolean runsAgain(String unit, String before) {
    String now = mainPid(unit);
    return !now.equals("0") && !now.equals(before) && holds("systemctl is-active -q " + unit);
  }

  /**
   * Starts the daemon afresh: no state of an earlier test, this configuration, and the first look
   * done.
   */
  void startHealing(String configuration) {
    sh("systemctl stop healing; systemctl reset-failed healing || true; rm -rf /var/lib/healing/*");
    write("/etc/healing/healing.yaml", configuration);
    sh("systemctl start healing");
    awaitHealing();
  }

  /** Waits until the daemon answers; without one, the verb itself would. */
  void awaitHealing() {
    await("the daemon answers", () -> holds("healing status --json | grep -q '\"daemon\" : true'"));
  }

  /** What a verb answers with {@code --json}; the verb must succeed. */
  JsonNode json(String... verb) {
    List<String> line = new ArrayList<>(List.of("healing"));
    line.addAll(List.of(verb));
    line.add("--json");
    Result result = exec(line.toArray(String[]::new));
    if (!result.ok()) {
      fail(line + " ended with " + result.exit() + ": " + result.out() + journal());
    }
    return JSON.readTree(result.out());
  }

  /** The receipts of {@code history} for one action, newest first. */
  List<JsonNode> history(String action) {
    return json("history")
        .valueStream()
        .filter(receipt -> receipt.path("actions").path(0).asString().equals(action))
        .toList();
  }

  /** The newest incident of a type with this component. */
  Optional<JsonNode> incident(String type, String component) {
    return json("issues")
        .path("issues")
        .valueStream()
        .filter(incident -> incident.path("type").asString().equalsIgnoreCase(type))
        .filter(
            incident ->
                incident
                    .path("components")
                    .valueStream()
                    .anyMatch(one -> one.asString().equals(component)))
        .findFirst();
  }

  /** Waits a minute at most for something to become true inside. */
  void await(String what, Supplier<Boolean> condition) {
    await(what, Duration.ofSeconds(60), condition, held -> held);
  }

  /** Waits for an answer of a kind. */
  <T> T await(String what, Duration atMost, Supplier<T> question, Predicate<T> expected) {
    long end = System.nanoTime() + atMost.toNanos();
    T answer = question.get();
    while (!expected.test(answer)) {
      if (System.nanoTime() > end) {
        fail("not within " + atMost.toSeconds() + " s: " + what + "; last: " + answer + journal());
      }
      pause(BETWEEN_LOOKS);
      answer = question.get();
    }
    return answer;
  }

  /** Lets the daemon take some looks, where a test shows that nothing happens. */
  void letTimePass(Duration duration) {
    pause(duration);
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the host", e);
    }
  }

  /** What the daemon logged, for the message of a failed test. */
  String journal() {
    return "\n--- journalctl -u healing\n"
        + exec("journalctl", "--no-pager", "-o", "short-precise", "-n", "200", "-u", "healing")
            .out();
  }

  @Override
  public void close() {
    down();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void down() {
    local(COMMAND, script("throwaway-host"), "down", name);
  }

  private static String script(String script) {
    return SCRIPTS.resolve(script).toString();
  }

  private static Result local(Duration atMost, String program, String... arguments) {
    List<String> line = new ArrayList<>(List.of(program));
    line.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile("healing-real-host", ".out");
      try {
        Process process =
            new ProcessBuilder(line)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          return new Result(124, "no end within " + atMost.toSeconds() + " s: " + line);
        }
        return new Result(process.exitValue(), Files.readString(out));
      } finally {
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + line, e);
    }
  }
}
