package dev.healing.runner.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.core.host.LinuxHost;
import dev.healing.runner.http.HttpServer.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HttpServerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Limits PATIENT = new Limits(256, 32, LONG, LONG, LONG);
  private static final byte[] LARGE = new byte[4 << 20];

  @TempDir Path state;
  private final List<Socket> clients = new ArrayList<>();
  private final AtomicReference<Response.Sink> stream = new AtomicReference<>();
  private final CountDownLatch streaming = new CountDownLatch(1);
  private LinuxHost host;
  private HttpServer server;

  @BeforeEach
  void open() {
    host = LinuxHost.observe(state);
  }

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    server.close();
    host.close();
  }

  private void serve(Limits limits) {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = HttpServer.open(any, host.time(), limits, this::answer);
  }

  private CompletionStage<Response> answer(Request request) {
    return switch (request.path()) {
      case "/throw" -> throw new IllegalStateException("made up");
      case "/never" -> new CompletableFuture<>();
      case "/large" ->
          CompletableFuture.completedFuture(Response.of(200, "text/plain", LARGE.clone()));
      case "/stream" ->
          CompletableFuture.completedFuture(
              Response.stream(
                  sink -> {
                    stream.set(sink);
                    streaming.countDown();
                  }));
      default ->
          CompletableFuture.completedFuture(
              Response.text("text/plain", request.path() + request.body()));
    };
  }

  private Socket say(String text) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
    clients.add(client);
    client.getOutputStream().write(text.getBytes(UTF_8));
    return client;
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  /** All until the server hangs up. */
  private static String heard(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), UTF_8);
  }

  private String ask(String path) throws IOException {
    return heard(say("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }

  @Test
  void severalRequestsOfOneConnectionAreAnsweredInTheirOrder() throws IOException {
    serve(PATIENT);
    String two = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    assertThat(heard(say(get("/a") + two)))
        .containsSubsequence(
            "200 OK", "keep-alive", "\r\n\r\n/a", "200 OK", "close", "\r\n\r\n/b{}");
  }

  @Test
  void everyAnswerForbidsWhatIsNotOurs() throws IOException {
    serve(PATIENT);
    assertThat(ask("/")).contains("default-src 'none'", "frame-ancestors 'none'", "nosniff");
    assertThat(heard(say("nonsense\r\n\r\n"))).startsWith("HTTP/1.1 400").contains("default-src");
  }

  @Test
  void headIsAnsweredWithoutTheBody() throws IOException {
    serve(PATIENT);
    assertThat(heard(say("HEAD /ab HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")))
        .contains("Content-Length: 3\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void aDefectIsAnAnswer() throws IOException {
    serve(PATIENT);
    assertThat(ask("/throw")).startsWith("HTTP/1.1 500").contains("made up");
    assertThat(ask("/ok")).startsWith("HTTP/1.1 200");
  }

  @Test
  void whoeverDoesNotSayWhatItWantsIsHungUpOn() throws IOException {
    serve(new Limits(256, 32, Duration.ofMillis(50), LONG, Duration.ofMillis(50)));
    assertThat(heard(say("GET / HT"))).startsWith("HTTP/1.1 408");
    assertThat(heard(say(get("/a")))).endsWith("/a"); // kept alive, and then not for long
  }

  @Test
  void whoeverDoesNotReadIsHungUpOn() throws IOException {
    serve(new Limits(256, 32, LONG, Duration.ofMillis(50), LONG));
    Socket slow = say(get("/large"));
    assertThatThrownBy(
            () -> {
              while (true) { // what nobody reads either, until it is refused
                slow.getOutputStream().write(new byte[64 << 10]);
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(ask("/ok")).endsWith("/ok");
  }

  @Test
  void howeverManySayNothingAnHonestOneIsAnswered() throws IOException {
    serve(new Limits(64, 32, LONG, LONG, LONG));
    for (int i = 0; i < 200; i++) {
      say("GET / HTTP/1.1\r\nX-Slow: ");
      assertThat(i % 20 > 0 || ask("/ok").endsWith("/ok")).isTrue();
    }
  }

  @Test
  void howeverManyDoNotReadAnHonestOneIsAnswered() throws IOException {
    serve(PATIENT);
    for (int i = 0; i < 100; i++) { // 400 MiB, were it all kept
      say(get("/large"));
    }
    assertThat(ask("/ok")).endsWith("/ok");
  }

  @Test
  void aStreamGoesOnUntilItsClientIsTooSlow() throws Exception {
    serve(PATIENT);
    Socket client = say(get("/stream"));
    streaming.await();
    stream.get().send("data: 1\n\n".getBytes(UTF_8));
    InputStream in = client.getInputStream();
    StringBuilder read = new StringBuilder();
    while (!read.toString().endsWith("data: 1\n\n")) {
      read.append((char) in.read());
    }
    assertThat(read).contains("text/event-stream").doesNotContain("Content-Length");
    while (!stream.get().closed()) { // more than the kernel keeps for who does not read
      stream.get().send(new byte[64 << 10]);
      Thread.onSpinWait();
    }
    assertThat(ask("/ok")).endsWith("/ok");
  }

  @Test
  void streamsAreFew() throws Exception {
    serve(new Limits(256, 1, LONG, LONG, LONG));
    say(get("/stream"));
    streaming.await();
    assertThat(ask("/stream")).startsWith("HTTP/1.1 503");
  }

  @Test
  void whatIsNeverAnsweredHoldsNoThread() throws IOException {
    serve(PATIENT);
    for (int i = 0; i < 20; i++) {
      say(get("/never"));
    }
    assertThat(ask("/ok")).endsWith("/ok");
  }
}
