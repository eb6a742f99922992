package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A page in a real Chromium without a window, driven by its DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final String LISTENING = "DevTools listening on ";
  private static final int PATIENCE_SECONDS = 40;

  /** What went wrong in the page, and what it asked for. */
  final List<String> errors = new CopyOnWriteArrayList<>();

  final List<String> requested = new CopyOnWriteArrayList<>();
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger count = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private String session = "";

  private Browser(Process process, String address) {
    this.process = process;
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Messages())
            .join();
  }

  /** Starts it with an empty page. */
  static Browser start(Path program, Path profile) throws IOException {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox", // it runs as root in a test, on nothing but our own page
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader said = process.errorReader(StandardCharsets.UTF_8);
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread drain = new Thread(() -> said.lines().forEach(l -> {}));
        drain.setDaemon(true);
        drain.start();
        Browser browser = new Browser(process, line.substring(LISTENING.length()));
        browser.attach();
        return browser;
      }
    }
    throw new IOException(program + " did not start: it ended with " + process.onExit().join());
  }

  private void attach() {
    String target =
        send("Target.createTarget", JsonText.object().put("url", "about:blank"))
            .path("targetId")
            .asString();
    session =
        send(
                "Target.attachToTarget",
                JsonText.object().put("targetId", target).put("flatten", true))
            .path("sessionId")
            .asString();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      send(domain + ".enable", JsonText.object());
    }
  }

  private JsonNode send(String method, ObjectNode parameters) {
    int id = count.incrementAndGet();
    ObjectNode message = JsonText.object().put("id", id).put("method", method);
    message.set("params", parameters);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    socket.sendText(message.toString(), true).join();
    JsonNode answered = answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    assertThat(answered.path("error").isMissingNode()).as("%s: %s", method, answered).isTrue();
    return answered.path("result");
  }

  /** Of this size, and in this colour scheme, and with this page. */
  void open(String url, int width, int height, String scheme) {
    send(
        "Emulation.setDeviceMetricsOverride",
        JsonText.object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
    ObjectNode media = JsonText.object();
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", scheme);
    send("Emulation.setEmulatedMedia", media);
    send("Page.navigate", JsonText.object().put("url", url));
  }

  /** Has this run before the scripts of every page that is opened, until it no longer is. */
  String before(String script) {
    return send("Page.addScriptToEvaluateOnNewDocument", JsonText.object().put("source", script))
        .path("identifier")
        .asString();
  }

  void noLongerBefore(String identifier) {
    send(
        "Page.removeScriptToEvaluateOnNewDocument",
        JsonText.object().put("identifier", identifier));
  }

  /** What an expression of JavaScript is; a promise is waited for. */
  JsonNode eval(String expression) {
    JsonNode result =
        send(
            "Runtime.evaluate",
            JsonText.object()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    assertThat(result.path("exceptionDetails").isMissingNode())
        .as("%s: %s", expression, result)
        .isTrue();
    return result.path("result").path("value");
  }

  /** Waits until this is true in the page; fails with what the page shows if it does not become. */
  void await(String condition) {
    boolean met =
        eval("new Promise(done => { const end = performance.now() + "
                + (PATIENCE_SECONDS - 10) * 1_000
                + "; const look = () => { let met = false; try { met = !!("
                + condition
                + "); } catch (e) {} if (met || performance.now() > end) done(met);"
                + " else setTimeout(look, 20); }; look(); })")
            .asBoolean(false);
    assertThat(met).as("%s; errors %s; the page shows:%n%s", condition, errors, text()).isTrue();
  }

  String text() {
    return eval("document.body?.innerText").asString("");
  }

  /** Presses a key as a person does: {@code Tab}, {@code Enter}. */
  void press(String key, int code) {
    for (String type : List.of("keyDown", "keyUp")) {
      ObjectNode event =
          JsonText.object().put("type", type).put("key", key).put("windowsVirtualKeyCode", code);
      if (key.equals("Enter") && type.equals("keyDown")) {
        event.put("text", "\r");
      }
      send("Input.dispatchKeyEvent", event);
    }
  }

  void type(String text) {
    send("Input.insertText", JsonText.object().put("text", text));
  }

  void screenshot(Path to) throws IOException {
    JsonNode size = send("Page.getLayoutMetrics", JsonText.object()).path("cssContentSize");
    ObjectNode clip = JsonText.object().put("x", 0).put("y", 0).put("scale", 1);
    clip.put("width", size.path("width").asDouble()).put("height", size.path("height").asDouble());
    ObjectNode how = JsonText.object().put("captureBeyondViewport", true);
    how.set("clip", clip);
    String data = send("Page.captureScreenshot", how).path("data").asString();
    Files.createDirectories(to.getParent());
    Files.write(to, Base64.getDecoder().decode(data));
  }

  private void heard(JsonNode message) {
    if (message.has("id")) {
      CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt());
      if (answer != null) {
        answer.complete(message);
      }
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asString("")) {
      case "Runtime.exceptionThrown" -> errors.add(parameters.toString());
      case "Runtime.consoleAPICalled" -> errors.add("console: " + parameters.path("args"));
      case "Log.entryAdded" -> {
        JsonNode entry = parameters.path("entry");
        errors.add(entry.path("source").asString() + ": " + entry.path("text").asString());
      }
      case "Network.requestWillBeSent" ->
          requested.add(parameters.path("request").path("url").asString());
      default -> {}
    }
  }

  /** Puts messages together. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        heard(JsonText.read(text.toString()));
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  @Override
  public void close() {
    send("Browser.close", JsonText.object());
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}
