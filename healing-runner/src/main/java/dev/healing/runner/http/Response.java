package dev.healing.runner.http;

import dev.healing.core.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is answered: a body, or a stream that goes on. */
final class Response {
  /**
   * Nothing but what we serve ourselves is loaded or run, nobody may frame the page, and what it
   * shows is not stored.
   */
  private static final Map<String, String> ALWAYS =
      Map.of(
          "Cache-Control", "no-store",
          "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Referrer-Policy", "no-referrer",
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY");

  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(200, "OK"),
          Map.entry(202, "Accepted"),
          Map.entry(304, "Not Modified"),
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(408, "Request Timeout"),
          Map.entry(409, "Conflict"),
          Map.entry(413, "Content Too Large"),
          Map.entry(415, "Unsupported Media Type"),
          Map.entry(421, "Misdirected Request"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(501, "Not Implemented"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(505, "HTTP Version Not Supported"));

  private final int status;
  private final Map<String, String> headers = new TreeMap<>(ALWAYS);
  private final byte[] body;
  private final @Nullable Consumer<Sink> opened;

  private Response(int status, String type, byte[] body, @Nullable Consumer<Sink> opened) {
    this.status = status;
    this.body = body;
    this.opened = opened;
    headers.put("Content-Type", type);
  }

  /** Where a stream is written to. Safe for several threads; nothing is said if nobody reads. */
  interface Sink {
    void send(byte[] bytes);

    boolean closed();
  }

  static Response of(int status, String type, byte[] body) {
    return new Response(status, type, body, null);
  }

  static Response json(int status, JsonNode json) {
    return of(status, "application/json", JsonText.line(json).getBytes(StandardCharsets.UTF_8));
  }

  /** {@code {"error": why}}. */
  static Response error(int status, String why) {
    return json(status, JsonText.object().put("error", why));
  }

  static Response text(String type, String text) {
    return of(200, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A stream of events, which ends when the client or the daemon does. */
  static Response stream(Consumer<Sink> opened) {
    return new Response(200, "text/event-stream", new byte[0], opened);
  }

  Response with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  int status() {
    return status;
  }

  byte[] body() {
    return body;
  }

  @Nullable Consumer<Sink> opened() {
    return opened;
  }

  byte[] head(boolean keepAlive) {
    StringBuilder head =
        new StringBuilder(512)
            .append("HTTP/1.1 ")
            .append(status)
            .append(' ')
            .append(REASONS.getOrDefault(status, "Other"))
            .append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (opened == null && status != 304) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("Connection: ").append(keepAlive ? "keep-alive" : "close").append("\r\n\r\n");
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
