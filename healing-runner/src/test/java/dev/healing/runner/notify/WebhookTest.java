package dev.healing.runner.notify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.healing.api.Severity;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Over HTTP, to a real server on the loopback interface, also a bad one. */
@Timeout(60)
class WebhookTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path directory;
  private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
  private LinuxHost host;
  private HttpServer server;
  private String base;

  /** What the server was sent. */
  private record Got(String method, String path, String token, String title, String body) {
    JsonNode json() {
      return JsonText.read(body);
    }
  }

  /** How it answers. */
  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void serve() throws IOException {
    host = LinuxHost.observe(directory);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    base = "http://127.0.0.1:" + server.getAddress().getPort() + "/s3cret";
    answers(exchange -> exchange.sendResponseHeaders(200, -1));
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    host.close();
  }

  private void answers(Answer answer) {
    try {
      server.removeContext("/");
    } catch (IllegalArgumentException e) {
      // There is none yet.
    }
    server.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          got.add(
              new Got(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI().getPath(),
                  String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                  String.valueOf(exchange.getRequestHeaders().getFirst("Title")),
                  body));
          try (exchange) {
            answer.to(exchange);
          }
        });
  }

  private static Receiver receiver(Receiver.Form form, String url, Optional<String> token) {
    return new Receiver(
        "one",
        form,
        new Secret(url),
        token.map(Secret::new),
        List.of(),
        List.of(),
        EnumSet.allOf(Occasion.class),
        Severity.LOW,
        Severity.CRITICAL,
        Optional.empty(),
        Duration.ZERO,
        1);
  }

  private static Letter letter() {
    Note note =
        new Note(
            7,
            "one",
            AT,
            Occasion.CONFIRMATION,
            Severity.HIGH,
            "approve i.d to kill <httpd> & see: „naïve“",
            Optional.of("i"),
            Optional.of("i.d"),
            Optional.of("https://h.example/confirm/t0ken"));
    return new Letter("web1", List.of(note), 3, true);
  }

  private void send(Receiver.Form form, String url, Optional<String> token) throws NotSent {
    new Webhook(host.files(), host.workers(), Optional.empty(), Duration.ofSeconds(3))
        .send(receiver(form, url, token), letter());
  }

  private Got sent(Receiver.Form form) throws Exception {
    Path file = directory.resolve("token");
    Files.writeString(file, "t0psecret\n");
    send(form, base, Optional.of("file:" + file));
    return got.take();
  }

  @Test
  void json() throws Exception {
    Got it = sent(Receiver.Form.JSON);
    assertThat(it.method() + " " + it.path()).isEqualTo("POST /s3cret");
    assertThat(it.token()).isEqualTo("Bearer t0psecret");
    assertThat(it.json().path("host").asString()).isEqualTo("web1");
    assertThat(it.json().path("lost").asInt()).isEqualTo(3);
    JsonNode event = it.json().path("events").path(0);
    assertThat(event.path("event").asString()).isEqualTo("confirmation");
    assertThat(event.path("confirmation").asString()).isEqualTo("i.d");
    assertThat(event.path("link").asString()).endsWith("/confirm/t0ken");
    assertThat(event.path("message").asString()).contains("<httpd> & see: „naïve“");
  }

  @Test
  void slack() throws Exception {
    String text = sent(Receiver.Form.SLACK).json().path("text").asString("");
    assertThat(text).startsWith("*web1: confirmation*\n").contains("&lt;httpd&gt; &amp; see");
  }

  @Test
  void matrix() throws Exception {
    Got first = sent(Receiver.Form.MATRIX);
    assertThat(first.method()).isEqualTo("PUT");
    assertThat(first.path()).startsWith("/s3cret/send/m.room.message/healing-");
    assertThat(first.json().path("msgtype").asString()).isEqualTo("m.text");
    assertThat(sent(Receiver.Form.MATRIX).path())
        .as("the same message, sent again, is the same for Matrix")
        .isEqualTo(first.path());
  }

  @Test
  void ntfy() throws Exception {
    Got it = sent(Receiver.Form.NTFY);
    assertThat(it.title()).isEqualTo("web1: confirmation");
    assertThat(it.body()).contains("HIGH confirmation: approve i.d", "3 others could not be told");
  }

  private String problem(String url) {
    NotSent failed =
        catchThrowableOfType(NotSent.class, () -> send(Receiver.Form.JSON, url, Optional.empty()));
    assertThat(failed).as("%s", url).isNotNull();
    assertThat(failed.why()).doesNotContain("s3cret").doesNotContain("127.0.0.1");
    return failed.why();
  }

  @Test
  void redirectsAreNotFollowed() {
    answers(
        exchange -> {
          exchange.getResponseHeaders().add("Location", base + "/elsewhere");
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().length() > 8 ? 200 : 307, -1);
        });
    assertThat(problem(base)).contains("307", "not followed");
    assertThat(got).hasSize(1);
  }

  @Test
  void aRefusalIsToldByItsNumberSinceItsWordsMayRepeatTheAddress() {
    answers(
        exchange -> {
          byte[] why = "Cannot POST /services/s3cret\n".getBytes(UTF_8);
          exchange.sendResponseHeaders(404, why.length);
          exchange.getResponseBody().write(why);
        });
    assertThat(problem(base)).isEqualTo("it answered 404");
  }

  @Test
  void anEndlessAnswerIsNotReadToItsEnd() {
    answers(
        exchange -> {
          exchange.sendResponseHeaders(500, 0);
          byte[] much = "x".repeat(1 << 16).getBytes(UTF_8);
          try (OutputStream out = exchange.getResponseBody()) {
            while (true) {
              out.write(much);
            }
          } catch (IOException e) {
            // Whoever was told hung up.
          }
        });
    assertThat(problem(base)).isEqualTo("it answered 500");
  }

  @Test
  void whoNeverAnswersIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String there = "http://127.0.0.1:" + silent.getLocalPort() + "/s3cret";
      assertThat(problem(there)).contains("did not answer in time");
    }
  }

  @Test
  void whoAnswersDropByDropIsGivenUpToo() throws Exception {
    try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Boolean> hungUp =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket client = slow.accept()) {
                  client.getOutputStream().write("HTTP/1.1 200 OK\r\nX: ".getBytes(UTF_8));
                  while (true) {
                    client.getOutputStream().write('H');
                    client.getOutputStream().flush();
                    Thread.sleep(50);
                  }
                } catch (IOException e) {
                  return true;
                } catch (InterruptedException e) {
                  return false;
                }
              });
      assertThat(problem("http://127.0.0.1:" + slow.getLocalPort() + "/s3cret"))
          .contains("given up");
      assertThat(hungUp.get()).as("the connection does not stay open").isTrue();
    }
  }

  @Test
  void whoIsNotThereIsSaidInOurOwnWords() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    assertThat(problem("http://127.0.0.1:" + port + "/s3cret")).contains("nobody listens");
    assertThat(problem("file:/no/such/url")).contains("file:/no/such/url is not there");
    assertThat(problem("credential:hook")).contains("LoadCredential=hook:FILE");
    assertThat(new Secret("https://x/s3cret").toString().toLowerCase(Locale.ROOT))
        .doesNotContain("s3cret");
  }
}
