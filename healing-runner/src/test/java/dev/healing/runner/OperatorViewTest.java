package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.http.HttpSettings;
import dev.healing.runner.http.OperatorView;
import dev.healing.runner.notify.Notifier;
import dev.healing.spi.OptimizerProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Over HTTP, from an engine that asks before it mends a lamp. */
@Timeout(60)
class OperatorViewTest {
  private static final String OURS = "Host: localhost:1\r\n";

  @TempDir Path state;
  private final Lamps lamps = new Lamps();
  private LinuxHost host;
  private HealingEngine engine;
  private OperatorView view;
  private int port;

  /** What was answered. */
  private record Answered(int status, String head, String body) {
    JsonNode json() {
      return JsonText.read(body);
    }
  }

  @BeforeEach
  void serve() {
    lamps.broken.add("hall");
    host = LinuxHost.open(state);
    EngineBuilder builder = lamps.builder(host, "confirm");
    ServiceLoader.load(OptimizerProvider.class).findFirst().ifPresent(builder::add);
    engine = builder.build();
    Notifier nobody = new Notifier(host, Optional.empty());
    Requests requests =
        new Requests(
            engine,
            host,
            () -> lamps.configuration,
            () -> CompletableFuture.completedFuture("nothing"),
            nobody);
    HttpSettings settings =
        new HttpSettings(
            HttpSettings.parse("127.0.0.1:0").orElseThrow(), List.of("healing.example.org"));
    view = OperatorView.of(settings, host, engine, "1", requests::answer, nobody.links());
    engine.start();
    port = Integer.parseInt(view.open().replaceFirst(".*:([0-9]+)/.*", "$1"));
  }

  @AfterEach
  void close() {
    view.close();
    engine.close();
    host.close();
  }

  private Answered ask(String line, String headers, String body) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request =
          line
              + " HTTP/1.1\r\nConnection: close\r\nContent-Length: "
              + body.getBytes(UTF_8).length
              + "\r\n"
              + headers
              + "\r\n"
              + body;
      client.getOutputStream().write(request.getBytes(UTF_8));
      String all = new String(client.getInputStream().readAllBytes(), UTF_8);
      String[] parts = all.split("\r\n\r\n", 2);
      return new Answered(Integer.parseInt(all.substring(9, 12)), parts[0], parts[1]);
    }
  }

  private Answered get(String path) throws IOException {
    return ask("GET " + path, OURS, "");
  }

  private String withToken() throws IOException {
    return OURS
        + "Content-Type: application/json\r\nAuthorization: Bearer "
        + Files.readString(state.resolve("http.token")).strip()
        + "\r\n";
  }

  /** The confirmation that is waited for. */
  private String pending() throws IOException {
    try (Stream<String> events = events()) {
      assertThat(events.filter(line -> line.contains("CONFIRMATION_NEEDED")).findFirst())
          .isPresent();
    }
    return get("/api/v1/issues").json().path("issues").path(0).path("confirmation").asString("");
  }

  /** Lines of the stream of events, from the first one on. */
  private Stream<String> events() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
    client
        .getOutputStream()
        .write(("GET /api/v1/events HTTP/1.1\r\n" + OURS + "\r\n").getBytes(UTF_8));
    return new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))
        .lines()
        .onClose(
            () -> {
              try {
                client.close();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }

  @Test
  void theJsonIsThatOfTheVerbs() throws IOException {
    pending();
    assertThat(get("/api/v1/status").json().path("daemon").asBoolean(false)).isTrue();
    assertThat(get("/api/v1/issues").json().path("issues").path(0).path("type").asString())
        .isEqualTo("lamp_broken");
    String id = get("/api/v1/issues").json().path("issues").path(0).path("incident").asString();
    JsonNode explained = get("/api/v1/explain/" + id).json();
    assertThat(explained.path("incident").path("id").asString()).isEqualTo(id);
    assertThat(explained.path("trail").path(0).path("kind").asString()).isEqualTo("decision");
    assertThat(get("/api/v1/history?most=5").json().isArray()).isTrue();
    assertThat(get("/api/v1/plugins").json().findValuesAsString("name")).contains("new_lamp");
    assertThat(get("/api/v1/opportunities").json().isArray()).isTrue();
    assertThat(get("/api/v1/metrics").json().path("series").isArray()).isTrue();
    assertThat(get("/api/v1/levels").json().path("health").path("floor").asInt(-1))
        .as("as the lamps' engine was told")
        .isZero();
  }

  @Test
  void whatIsAnsweredIsAsDescribed() throws IOException {
    withItThePersonsWordIsDone();
    lamps.broken.add("cellar");
    JsonNode api = get("/api/v1/openapi.json").json();
    String id = get("/api/v1/history").json().path(0).path("incident").asString();
    String dryRun = "{\"type\":\"lamp_broken\",\"component\":\"cellar\",\"dryRun\":true}";
    Schemas.check(api, "Decision", ask("POST /api/v1/heal", withToken(), dryRun).json());
    Schemas.check(api, "Status", get("/api/v1/status").json());
    Schemas.check(api, "Issues", get("/api/v1/issues").json());
    Schemas.check(api, "History", get("/api/v1/history").json());
    Schemas.check(api, "Explained", get("/api/v1/explain/" + id).json());
    Schemas.check(api, "Opportunities", get("/api/v1/opportunities").json());
    Schemas.check(api, "AllSeries", get("/api/v1/metrics").json());
    Schemas.check(api, "Levels", get("/api/v1/levels").json());
    Schemas.check(api, "Forecasts", get("/api/v1/forecasts").json());
    Schemas.check(api, "Plugins", get("/api/v1/plugins").json());
    Schemas.check(api, "Paused", ask("POST /api/v1/pause", withToken(), "").json());
    Schemas.check(api, "Error", get("/api/v1/nothing").json());
    try (Stream<String> events = events()) {
      events
          .filter(line -> line.startsWith("data: "))
          .limit(5)
          .forEach(line -> Schemas.check(api, "Event", JsonText.read(line.substring(6))));
    }
  }

  @Test
  void whatIsNotThereOrWronglyAskedSaysSo() throws IOException {
    assertThat(get("/api/v1/nothing").status()).isEqualTo(404);
    assertThat(get("/../etc/passwd").status()).isEqualTo(404);
    assertThat(get("/api/v1/explain/none").status()).isEqualTo(404);
    assertThat(get("/api/v1/metrics/no.such.metric").status()).isEqualTo(404);
    assertThat(get("/api/v1/metrics/Wrong%20name").status()).isEqualTo(404);
    assertThat(get("/api/v1/history?most=100000").body()).contains("expected 1 to 999");
    for (String wrong : List.of("since=soon", "since=-1h", "every=0s", "every=", "every=7")) {
      Answered answered = get("/api/v1/metrics/health.score?" + wrong);
      assertThat(answered.status()).as(wrong).isEqualTo(400);
      assertThat(answered.body()).contains("expected a duration");
    }
    Answered many = get("/api/v1/metrics/health.score?since=90d&every=1s");
    assertThat(many.status()).isEqualTo(400);
    assertThat(many.body()).contains("expected a longer 'every'");
    assertThat(get("/api/v1/status?verb=reload").status()).isEqualTo(400);
    assertThat(get("/api/v1/approve?id=1").status()).isEqualTo(405);
    assertThat(ask("DELETE /api/v1/status", withToken(), "").status()).isEqualTo(405);
  }

  /** Whoever means a dry run and says so wrongly must not get the real one. */
  @Test
  void whatIsNotOfItsKindIsRefusedAndNothingIsDone() throws IOException {
    pending();
    String hall = "{\"type\":\"lamp_broken\",\"component\":\"hall\",\"dryRun\":";
    for (String dryRun : List.of("\"yes\"", "\"true\"", "1", "null", "[true]")) {
      Answered answered = ask("POST /api/v1/heal", withToken(), hall + dryRun + "}");
      assertThat(answered.status()).as(dryRun).isEqualTo(400);
      assertThat(answered.body()).contains("expected true or false");
    }
    assertThat(ask("POST /api/v1/approve", withToken(), "{\"id\":7}").status()).isEqualTo(400);
    assertThat(ask("POST /api/v1/approve", withToken(), "{}").body()).contains("has no 'id'");
    assertThat(ask("POST /api/v1/opportunities", withToken(), "{}").status()).isEqualTo(400);
    assertThat(lamps.mended).isEmpty();
    assertThat(get("/api/v1/history").json()).isEmpty();
  }

  @Test
  void whatCouldBeTwoProblemsIsHealedAsNeither() throws IOException {
    String id = pending().split("\\.")[0];
    for (String more : List.of("\"type\":\"lamp_broken\"", "\"component\":\"attic\"")) {
      Answered answered =
          ask("POST /api/v1/heal", withToken(), "{\"id\":\"" + id + "\"," + more + "}");
      assertThat(answered.status()).as(more).isEqualTo(400);
      assertThat(answered.body()).contains("'type' and 'component' together");
    }
    String wrong = "{\"type\":\"No type\",\"component\":\"hall\"}";
    assertThat(ask("POST /api/v1/heal", withToken(), wrong).status()).isEqualTo(400);
    assertThat(lamps.mended).isEmpty();
  }

  /** {@code issues --json} has that first, and it is another at every look. */
  @Test
  void anIssuesIdLeadsToItsIncident() throws IOException {
    String incident = pending().split("\\.")[0];
    String older = incident.split("-")[0] + "-1";
    String newest = get("/api/v1/issues").json().at("/issues/0/id").asString();
    for (String id : List.of(incident, newest, older)) {
      assertThat(get("/api/v1/explain/" + id).json().at("/incident/id").asString())
          .as(id)
          .isEqualTo(incident);
      String dryRun = "{\"id\":\"" + id + "\",\"dryRun\":true}";
      assertThat(ask("POST /api/v1/heal", withToken(), dryRun).status()).as(id).isEqualTo(200);
    }
    assertThat(get("/api/v1/explain/nothing-1").status()).isEqualTo(404);
  }

  @Test
  void theWorstIsFirstAlsoWhereSomethingElseIsNewer() throws IOException {
    pending();
    lamps.broken.add("attic"); // where nobody minds much
    try (Stream<String> events = events()) {
      assertThat(events.filter(line -> line.contains("attic is dark")).findFirst()).isPresent();
    }
    for (String path : List.of("/api/v1/issues", "/api/v1/status")) {
      assertThat(get(path).json().path("issues").findValuesAsString("severity"))
          .as(path)
          .containsExactly("HIGH", "LOW");
    }
  }

  @Test
  void nothingIsChangedWithoutTheToken() throws IOException {
    String body = JsonText.object().put("id", pending()).toString();
    String json = OURS + "Content-Type: application/json\r\n";
    assertThat(ask("POST /api/v1/approve", json, body).status()).isEqualTo(401);
    String right = Files.readString(state.resolve("http.token")).strip();
    for (String wrong : List.of("", right.substring(1), right + "x", right.toLowerCase() + "0")) {
      assertThat(
              ask("POST /api/v1/approve", json + "Authorization: Bearer " + wrong + "\r\n", body)
                  .status())
          .isEqualTo(401);
    }
    assertThat(ask("GET /api/v1/approve", withToken(), body).status()).isEqualTo(405);
    String form = withToken().replace("application/json", "text/plain");
    assertThat(ask("POST /api/v1/approve", form, body).status()).isEqualTo(415);
    assertThat(get("/api/v1/knowledge").status()).isEqualTo(401);
    assertThat(lamps.mended).isEmpty();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(state.resolve("http.token"))))
        .isEqualTo("rw-------");
  }

  @Test
  void withItThePersonsWordIsDone() throws IOException {
    String confirmation = pending();
    assertThat(
            ask("POST /api/v1/approve", withToken(), JsonText.object().put("id", "none").toString())
                .status())
        .isEqualTo(409);
    Answered approved =
        ask(
            "POST /api/v1/approve",
            withToken(),
            JsonText.object().put("id", confirmation).toString());
    assertThat(approved.status()).isIn(200, 202);
    try (Stream<String> events = events()) {
      assertThat(events.filter(line -> line.contains("INCIDENT_CLOSED")).findFirst()).isPresent();
    }
    assertThat(lamps.mended).containsExactly("hall");
    assertThat(get("/api/v1/history").json().path(0).path("outcome").asString())
        .isEqualTo("HEALED");
    String metrics = get("/metrics").body();
    assertThat(metrics)
        .contains(
            "healing_incidents_total{type=\"lamp_broken\",severity=\"HIGH\"} 1.0",
            "healing_actions_total{action=\"new_lamp\",outcome=\"HEALED\"} 1.0",
            "healing_time_to_heal_seconds_count 1.0");
    assertThat(ask("GET /api/v1/knowledge", withToken(), "").json().has("statistics")).isTrue();
    assertThat(ask("GET /api/v1/knowledge", withToken(), "").json().path("patterns").isArray())
        .isTrue();
  }

  @Test
  void theOffSwitchIsTurned() throws IOException {
    assertThat(ask("POST /api/v1/pause", withToken(), "{\"for\":\"2h\"}").body())
        .contains("paused until 2");
    assertThat(engine.status().paused()).isPresent();
    assertThat(ask("POST /api/v1/resume", withToken(), "").body()).isEqualTo("{\"paused\":null}");
    assertThat(engine.status().paused()).isEmpty();
    assertThat(ask("POST /api/v1/pause", withToken(), "{\"for\":\"soon\"}").status())
        .isEqualTo(400);
  }

  @Test
  void onlyOurOwnNamesAndPagesAreAnswered() throws IOException {
    for (String fine :
        List.of(
            "Host: 127.0.0.1\r\n",
            "Host: [::1]:9\r\n",
            "Host: LOCALHOST:8420\r\nOrigin: http://localhost:8420\r\n",
            "Host: healing.example.org\r\nOrigin: https://healing.example.org\r\n",
            "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n")) {
      assertThat(ask("GET /", fine, "").status()).as(fine).isEqualTo(200);
    }
    for (String rebound :
        List.of(
            "evil.example.com", "localhost.evil.com:80", "127.0.0.1.nip.io", "localhost@evil")) {
      assertThat(ask("GET /", "Host: " + rebound + "\r\n", "").status()).as(rebound).isEqualTo(421);
    }
    for (String foreign :
        List.of(
            "Origin: http://evil.com",
            "Origin: null",
            "Origin: http://localhost:2",
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site")) {
      assertThat(ask("GET /api/v1/status", OURS + foreign + "\r\n", "").status())
          .as(foreign)
          .isEqualTo(403);
      assertThat(ask("POST /api/v1/pause", withToken() + foreign + "\r\n", "{}").status())
          .as(foreign)
          .isEqualTo(403);
    }
    assertThat(engine.status().paused()).isEmpty();
  }

  @Test
  void metricsAreInBothFormats() throws IOException {
    assertThat(get("/metrics").head()).contains("text/plain; version=0.0.4");
    Answered open =
        ask("GET /metrics", OURS + "Accept: application/openmetrics-text;version=1.0.0\r\n", "");
    assertThat(open.head()).contains("application/openmetrics-text; version=1.0.0");
    assertThat(open.body()).contains("# TYPE healing_build info\n").endsWith("# EOF\n");
  }

  @Test
  void prometheusFindsNothingToSayAgainstTheMetrics() throws Exception {
    withItThePersonsWordIsDone(); // so that every family has a sample
    Process check =
        new ProcessBuilder(TestPackages.promtool().toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    check.getOutputStream().write(get("/metrics").body().getBytes(UTF_8));
    check.getOutputStream().close();
    String said = new String(check.getInputStream().readAllBytes(), UTF_8);
    assertThat(said).isEmpty();
    assertThat(check.waitFor()).isZero();
  }

  @Test
  void prometheusTakesTheRules() throws Exception {
    Path rules = Path.of("../packaging/prometheus/healing-rules.yml");
    Process check =
        new ProcessBuilder(TestPackages.promtool().toString(), "check", "rules", rules.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), UTF_8);
    assertThat(check.waitFor()).as(said).isZero();
    assertThat(said).contains("rules found");
  }

  @Test
  void rulesAndDashboardAskForMetricsThatThereAre() throws Exception {
    withItThePersonsWordIsDone();
    String metrics = get("/metrics").body();
    for (String file : List.of("healing-rules.yml", "grafana-dashboard.json")) {
      String text = Files.readString(Path.of("../packaging/prometheus", file));
      List<String> named =
          java.util.regex.Pattern.compile("\\b(?:healing|process)_[a-z_]+\\b")
              .matcher(text)
              .results()
              .map(java.util.regex.MatchResult::group)
              .distinct()
              .toList();
      assertThat(named).hasSizeGreaterThan(3);
      for (String name : named) {
        assertThat(metrics)
            .as("%s in %s", name, file)
            .containsPattern("(?m)^(# TYPE )?" + name + "[ {]");
      }
    }
  }

  @Test
  void whatIsNotLoopbackIsRefused() {
    for (String fine : List.of("127.0.0.1:8420", "127.1.2.3:1", "[::1]:8420", "localhost:65535")) {
      assertThat(HttpSettings.parse(fine)).as(fine).isPresent();
    }
    for (String wrong :
        List.of(
            "0.0.0.0:80",
            "[::]:80",
            "192.168.1.1:80",
            "127.0.0.1",
            "127.0.0.1:65536",
            "127.0.0.256:1",
            "example.org:80",
            "localhost.evil.com:80",
            ":80",
            "")) {
      assertThat(HttpSettings.parse(wrong)).as(wrong).isEmpty();
    }
    Configuration wrong =
        Configuration.of(
            java.util.Map.of(
                "http", java.util.Map.of("listen", "0.0.0.0:80", "hosts", List.of("a b"))));
    assertThat(HttpSettings.read(wrong, Optional.empty())).isEmpty();
    assertThat(wrong.problems())
        .anyMatch(problem -> problem.contains("0.0.0.0:80") && problem.contains("ssh -L"))
        .anyMatch(problem -> problem.contains("names of hosts"));
  }
}
