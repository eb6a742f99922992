package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.healing.api.Configuration;
import dev.healing.core.HealingEngine;
import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.http.HttpSettings;
import dev.healing.runner.http.OperatorView;
import dev.healing.runner.notify.Notifier;
import dev.healing.runner.notify.NotifySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Somebody is told by a webhook that a lamp should be mended, and answers by the link in it. */
@Timeout(60)
class ConfirmationLinkTest {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

  @TempDir Path state;
  private final Lamps lamps = new Lamps();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private HttpServer chat;
  private LinuxHost host;
  private HealingEngine engine;
  private Notifier notifier;
  private OperatorView view;
  private int port;

  @BeforeEach
  void serve() throws IOException {
    chat = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    chat.createContext(
        "/",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    chat.start();
    host = LinuxHost.open(state);
    engine = lamps.builder(host, "confirm").build();
    notifier = new Notifier(host, Optional.empty());
    notifier.configure(settings());
    engine.addListener(notifier);
    Requests requests =
        new Requests(
            engine,
            host,
            Configuration::empty,
            () -> CompletableFuture.completedFuture("nothing"),
            notifier);
    HttpSettings anyPort =
        new HttpSettings(HttpSettings.parse("127.0.0.1:0").orElseThrow(), List.of());
    view = OperatorView.of(anyPort, host, engine, "1", requests::answer, notifier.links());
    lamps.broken.add("hall & <b>stairs</b>");
    engine.start();
    port = Integer.parseInt(view.open().replaceFirst(".*:([0-9]+)/.*", "$1"));
  }

  private NotifySettings settings() {
    String url = "http://127.0.0.1:" + chat.getAddress().getPort() + "/";
    Configuration configuration =
        Configuration.of(
            Map.of(
                "notify",
                Map.of(
                    "link",
                    "http://localhost:1/",
                    "receivers",
                    Map.of("chat", Map.of("form", "json", "url", url, "group", "0s")))));
    NotifySettings settings = NotifySettings.read(configuration);
    assertThat(configuration.problems()).isEmpty();
    return settings;
  }

  @AfterEach
  void close() {
    view.close();
    notifier.close();
    engine.close();
    host.close();
    chat.stop(0);
  }

  /** The path of the link in the next message that has one. */
  private String link() throws InterruptedException {
    while (true) {
      String letter = told.poll(20, TimeUnit.SECONDS);
      assertThat(letter).as("a message with a link").isNotNull();
      for (JsonNode event : JsonText.read(letter).path("events")) {
        if (event.has("link")) {
          return URI.create(event.path("link").asString("")).getPath();
        }
      }
    }
  }

  private String ask(String line, String headers, String body) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request =
          line
              + " HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n"
              + headers
              + "\r\n"
              + body;
      client.getOutputStream().write(request.getBytes(UTF_8));
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void approvesExactlyWhatIsShownAndOnce() throws Exception {
    String link = link();
    for (int look = 0; look < 3; look++) {
      assertThat(ask("GET " + link, "", ""))
          .startsWith("HTTP/1.1 200")
          .contains("a new lamp in hall &amp; &lt;b&gt;stairs&lt;/b&gt;", "form-action 'self'")
          .contains("On <strong>" + Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
    }
    assertThat(lamps.mended).as("looking changes nothing").isEmpty();

    assertThat(ask("POST " + link, FORM, "answer=approve")).startsWith("HTTP/1.1 200");

    assertThat(lamps.mended).containsExactly("hall & <b>stairs</b>");
    assertThat(ask("POST " + link, FORM, "answer=approve")).startsWith("HTTP/1.1 404");
    assertThat(ask("GET " + link, "", "")).startsWith("HTTP/1.1 404");
    assertThat(lamps.mended).hasSize(1);
  }

  /** Nothing came of the answer: whoever resumes can give it again by the same link. */
  @Test
  void anApprovalWhilePausedDoesNotUseUpTheLink() throws Exception {
    String link = link();
    OffSwitch off = new OffSwitch(host.state(), host.time());
    off.pause(Optional.empty());
    assertThat(ask("POST " + link, FORM, "answer=approve"))
        .startsWith("HTTP/1.1 409")
        .contains("Nothing was done", "paused until resumed", "still good");
    assertThat(lamps.mended).isEmpty();
    String token = link.substring("/confirm/".length());
    Notifier next = new Notifier(host, Optional.empty());
    next.configure(settings());
    assertThat(next.links().confirmation(token)).as("also after a restart").isPresent();

    off.resume();
    assertThat(ask("POST " + link, FORM, "answer=approve")).startsWith("HTTP/1.1 200");
    assertThat(lamps.mended).hasSize(1);
  }

  @Test
  void rejects() throws Exception {
    String link = link();
    assertThat(ask("POST " + link, FORM, "answer=reject")).contains("200", "Rejected");
    assertThat(engine.incidents().get(0).awaitsConfirmation()).isFalse();
    assertThat(lamps.mended).isEmpty();
  }

  @Test
  void nobodyElseAnswersWithIt() throws Exception {
    String link = link();
    String evil = "Origin: http://evil.example\r\n" + FORM;
    assertThat(ask("POST " + link, evil, "answer=approve")).startsWith("HTTP/1.1 403");
    String json = "Content-Type: application/json\r\n";
    assertThat(ask("POST " + link, json, "answer=approve")).startsWith("HTTP/1.1 415");
    assertThat(ask("POST " + link, FORM, "answer=maybe")).startsWith("HTTP/1.1 400");
    assertThat(ask("POST " + link + "x", FORM, "answer=approve")).startsWith("HTTP/1.1 404");
    assertThat(ask("POST /confirm/", FORM, "answer=approve")).startsWith("HTTP/1.1 404");
    for (String type : List.of(FORM, "")) {
      assertThat(ask("PUT " + link, type, "answer=approve"))
          .startsWith("HTTP/1.1 405")
          .contains("\r\nAllow: GET, HEAD, POST\r\n");
    }
    assertThat(lamps.mended).isEmpty();
    assertThat(ask("GET " + link, "", "")).as("it is still good").startsWith("HTTP/1.1 200");
  }

  @Test
  void itSurvivesARestartAndItsTokenIsNotOnDiskOnceItWasSent() throws Exception {
    String link = link();
    String token = link.substring("/confirm/".length());
    Notifier next = new Notifier(host, Optional.empty());
    next.configure(settings());
    assertThat(next.links().confirmation(token)).isPresent();
    assertThat(Files.readString(state.resolve("notify/links"))).doesNotContain(token);
    assertThat(next.links().use(token)).isPresent();

    Notifier third = new Notifier(host, Optional.empty());
    third.configure(settings());
    assertThat(third.links().confirmation(token)).as("used before the restart").isEmpty();
  }

  @Test
  void whatIsOverCannotBeApproved() throws Exception {
    String link = link();
    lamps.broken.clear();
    while (!engine.incidents().get(0).closed()) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(ask("GET " + link, "", "")).startsWith("HTTP/1.1 409");
    assertThat(ask("POST " + link, FORM, "answer=approve")).startsWith("HTTP/1.1 409");
    assertThat(lamps.mended).isEmpty();
  }
}
