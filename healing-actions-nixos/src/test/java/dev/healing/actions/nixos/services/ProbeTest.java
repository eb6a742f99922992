package dev.healing.actions.nixos.services;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.healing.actions.nixos.RealHost;
import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.testkit.HostAround;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Probes of services on the loopback. */
class ProbeTest {
  private static final String UNIT = "web.service";

  private final RealHost host = new RealHost(Map.of());

  @AfterEach
  void close() {
    host.close();
  }

  private Optional<String> complaint(String kind, Object what) {
    Configuration probes = Configuration.of(Map.of(UNIT, Map.of(kind, what)));
    return Probe.read(probes, UNIT).orElseThrow().complaint(host.context());
  }

  /** Asks; no longer than three times the limit, on a machine that may be busy. */
  private String complaintInTime(String kind, Object what) {
    long start = System.nanoTime();
    Optional<String> complaint = complaint(kind, what);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    return complaint.orElseThrow();
  }

  private Optional<String> answering(int status) throws IOException {
    return asked("", exchange -> status);
  }

  /** What a server makes of being asked so. */
  private Optional<String> asked(String user, Function<HttpExchange, Integer> answer)
      throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(answer.apply(exchange), -1);
          exchange.close();
        });
    server.start();
    try {
      return complaint("http", "http://" + user + "127.0.0.1:" + server.getAddress().getPort());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void answerThatIsNoErrorIsHealthy() throws IOException {
    assertThat(answering(200)).isEmpty();
    assertThat(answering(503)).hasValueSatisfying(why -> assertThat(why).contains("503"));
  }

  @Test
  void whoIsNamedInTheUrlAsks() throws IOException {
    Function<HttpExchange, Integer> known =
        exchange ->
            "Basic bWU6cyBjcmV0".equals(exchange.getRequestHeaders().getFirst("Authorization"))
                ? 200
                : 401;
    assertThat(asked("me:s%20cret@", known)).isEmpty();
    assertThat(asked("me:other@", known)).isPresent();
    assertThat(asked("", known)).isPresent();
  }

  @Test
  void whoAcceptsAndSaysNothingIsNotWaitedForLong() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String at = "127.0.0.1:" + silent.getLocalPort();
      long start = System.nanoTime();
      assertThat(complaint("http", "http://" + at + "/")).isPresent();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(complaint("tcp", at)).isEmpty();
    }
  }

  @Test
  void whereNobodyListensIsNotHealthy() throws IOException {
    ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    closed.close();
    String at = "127.0.0.1:" + closed.getLocalPort();
    assertThat(complaint("tcp", at)).isPresent();
    assertThat(complaint("http", "http://" + at + "/")).isPresent();
  }

  /** A byte every 100 ms, for a minute: each read is in time, and the answer never is. */
  private static String dripping(ServerSocket server) {
    Thread drips =
        new Thread(
            () -> {
              try (Socket client = server.accept()) {
                client.getOutputStream().write("HTTP/1.1 200 ".getBytes(US_ASCII));
                for (int i = 0; i < 600; i++) {
                  client.getOutputStream().write('x');
                  TimeUnit.MILLISECONDS.sleep(100);
                }
              } catch (IOException | InterruptedException e) {
                // The client went away: what the test is about.
              }
            });
    drips.setDaemon(true);
    drips.start();
    return "127.0.0.1:" + server.getLocalPort() + "/";
  }

  @Test
  void whoDripsBytesIsNotWaitedForLong() throws IOException {
    for (String scheme : List.of("http://", "https://")) {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        assertThat(complaintInTime("http", scheme + dripping(server))).contains(scheme);
      }
    }
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(complaintInTime("http", "http://" + dripping(server)))
          .contains("no answer within 2 s");
    }
  }

  @Test
  void commandThatHangsIsEnded() {
    String script = "trap '' TERM; while :; do sleep 1; done";
    assertThat(complaintInTime("command", List.of("sh", "-c", script))).contains("took too long");
  }

  /** A shell says so of a program that it cannot find, or may not run. */
  @Test
  void whatCannotBeAskedIsNoComplaint() {
    unasked("was not found", "command", List.of("no-such-probe"));
    unasked("not found", "command", List.of("sh", "-c", "no-such-probe"));
    unasked("denied", "command", List.of("sh", "-c", "/etc/passwd"));
    unasked("no-such-host.invalid", "tcp", "no-such-host.invalid:80");
    unasked("no-such-host.invalid", "http", "http://no-such-host.invalid/");
  }

  private void unasked(String why, String kind, Object what) {
    assertThatThrownBy(() -> complaint(kind, what))
        .isInstanceOf(HostException.class)
        .hasMessageContainingAll(kind, "could not be asked", why);
  }

  @Test
  void whoDoesNotSpeakHttpIsNotHealthy() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread ssh =
          new Thread(
              () -> {
                try (Socket client = server.accept()) {
                  client.getOutputStream().write("SSH-2.0-x\r\n".getBytes(US_ASCII));
                  client.getInputStream().read();
                } catch (IOException e) {
                  // It was read or it was not; the complaint tells.
                }
              });
      ssh.start();
      assertThat(complaint("http", "http://127.0.0.1:" + server.getLocalPort()))
          .hasValueSatisfying(why -> assertThat(why).contains("SSH-2.0-x"));
      ssh.join();
    }
  }

  @Test
  void urlsWithoutAHostAreAMistake() {
    Configuration probes = Configuration.of(Map.of(UNIT, Map.of("http", "http:///health")));
    assertThat(Probe.read(probes, UNIT)).isEmpty();
    assertThat(probes.problems()).hasSize(1);
  }

  @Test
  void aFileIsAsYoungAsItShouldBe() throws IOException {
    Path file = Files.createTempFile("beat", "");
    assertThat(complaint("file", file.toString())).isEmpty();
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(90)));
    assertThat(complaint("file", file.toString()))
        .hasValueSatisfying(why -> assertThat(why).contains("expected at most 60 s"));
    Files.delete(file);
    assertThat(complaint("file", file.toString()))
        .hasValueSatisfying(why -> assertThat(why).contains("not there"));
  }

  /** Whoever asks there is held, as by a mount whose server is gone, until it is back. */
  private static final class DeadMount extends HostAround implements HostFiles {
    private final CountDownLatch isBack = new CountDownLatch(1);
    private final AtomicInteger held = new AtomicInteger();

    DeadMount(HostContext host) {
      super(host);
    }

    @Override
    public HostFiles files() {
      return this;
    }

    @Override
    public Path path(String absolute) {
      held.incrementAndGet();
      boolean waits = true;
      while (waits) {
        try {
          isBack.await();
          waits = false;
        } catch (InterruptedException e) {
          // The kernel does not let go either.
        }
      }
      held.decrementAndGet();
      return Path.of(absolute);
    }

    @Override
    public String name(Path path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> read(String absolute) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void writeSetting(String absolute, String value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Space space(String absolute) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  @Timeout(60)
  void aMountThatDoesNotAnswerHoldsOneThreadAndNobodyWaitsForIt() throws Exception {
    Path file = Files.createTempFile("beat", "");
    Configuration probes = Configuration.of(Map.of(UNIT, Map.of("file", file.toString())));
    Probe probe = Probe.read(probes, UNIT).orElseThrow();
    DeadMount mount = new DeadMount(host.context());
    for (String why : List.of("did not come back within 2000 ms", "has not come back")) {
      assertThatThrownBy(() -> probe.complaint(mount))
          .isInstanceOf(HostException.class)
          .hasMessageContainingAll("file " + file + " could not be asked", why);
    }
    assertThat(mount.held).hasValue(1);
    mount.isBack.countDown();
    while (mount.held.get() > 0) {
      Thread.onSpinWait();
    }
    Optional<String> complaint = Optional.of("not asked yet");
    while (complaint.isPresent()) { // that thread has to say so first
      try {
        complaint = probe.complaint(mount);
      } catch (HostException e) {
        Thread.onSpinWait();
      }
    }
    Files.delete(file);
  }

  @Test
  void aNameOnTheBusIsOwnedOrNot() {
    dev.healing.testkit.TestHost fake = new dev.healing.testkit.TestHost();
    Configuration probes = Configuration.of(Map.of(UNIT, Map.of("dbus", "org.example.Web")));
    Probe probe = Probe.read(probes, UNIT).orElseThrow();
    String[] asked = {
      "busctl",
      "--system",
      "call",
      "org.freedesktop.DBus",
      "/org/freedesktop/DBus",
      "org.freedesktop.DBus",
      "NameHasOwner",
      "s",
      "org.example.Web"
    };
    fake.commands().succeeds("b true\n", asked);
    assertThat(probe.complaint(fake)).isEmpty();
    fake.commands().succeeds("b false\n", asked);
    assertThat(probe.complaint(fake)).contains("dbus org.example.Web: nobody owns that name");
    fake.commands().fails(1, "Failed to connect to bus: No such file or directory", asked);
    assertThatThrownBy(() -> probe.complaint(fake))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("could not be asked: Failed to connect to bus");
  }

  @Test
  void whatIsNotForEverybodyIsNotShown() {
    Configuration probes =
        Configuration.of(Map.of(UNIT, Map.of("http", "http://me:secret@127.0.0.1:1/x?key=secret")));
    assertThat(Probe.read(probes, UNIT).orElseThrow().toString())
        .isEqualTo("http http://127.0.0.1:1/x");
  }

  @Test
  void anAgeWithoutAFileIsAMistake() {
    Configuration probes =
        Configuration.of(Map.of(UNIT, Map.of("tcp", "localhost:1", "younger-than", "1m")));
    assertThat(Probe.read(probes, UNIT)).isEmpty();
    assertThat(probes.problems()).hasSize(1);
  }
}
