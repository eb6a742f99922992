package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.healing.api.Configuration;
import dev.healing.testkit.ScriptedCommands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Probes of services on the loopback. */
class ProbeTest {
  private static final String UNIT = "web.service";

  private static Optional<String> complaint(String kind, String what) {
    Configuration probes = Configuration.of(Map.of(UNIT, Map.of(kind, what)));
    return Probe.read(probes, UNIT).orElseThrow().complaint(new ScriptedCommands());
  }

  private static Optional<String> answering(int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    try {
      return complaint("http", "http://127.0.0.1:" + server.getAddress().getPort() + "/");
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
}
