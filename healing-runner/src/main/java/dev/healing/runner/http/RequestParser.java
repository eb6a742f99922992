package dev.healing.runner.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads requests of HTTP/1.1 (RFC 9112), of which it takes what clients in fact send: one way to
 * tell the length of a body, lines that end in CR LF, no header twice that must not be. Everything
 * else is refused, so that no proxy before us can read a request differently. Pure.
 */
final class RequestParser {
  static final int MOST_HEAD_BYTES = 8 << 10;
  static final int MOST_BODY_BYTES = 16 << 10;
  private static final int MOST_HEADERS = 64;
  private static final int MOST_PARAMETERS = 8;

  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");

  private RequestParser() {}

  /**
   * A request at the beginning of what has come.
   *
   * @param bytes that it took
   * @param keepAlive whether the client wants to ask more
   */
  record Parsed(Request request, int bytes, boolean keepAlive) {}

  /**
   * Parses it.
   *
   * @param headEnd what {@link #headEnd} found
   * @return empty while the body is not there yet
   * @throws Refusal if it is none that is answered
   */
  static Optional<Parsed> parse(byte[] bytes, int length, int headEnd) throws Refusal {
    String[] lines =
        new String(bytes, 0, headEnd, StandardCharsets.ISO_8859_1).split("\r\n", MOST_HEADERS + 2);
    if (lines.length > MOST_HEADERS + 1) {
      throw new Refusal(431, "more than " + MOST_HEADERS + " headers");
    }
    String[] first = lines[0].split(" ", -1);
    if (first.length != 3 || !TOKEN.matcher(first[0]).matches()) {
      throw new Refusal(400, "expected a line like 'GET / HTTP/1.1'");
    }
    if (!first[2].equals("HTTP/1.1") && !first[2].equals("HTTP/1.0")) {
      throw new Refusal(505, "expected HTTP/1.1");
    }
    Map<String, String> headers = headers(lines);
    int bodyBytes = bodyBytes(headers);
    if (length < headEnd + bodyBytes) {
      return Optional.empty();
    }
    int question = first[1].indexOf('?');
    String path = question < 0 ? first[1] : first[1].substring(0, question);
    if (!path.startsWith("/")) {
      throw new Refusal(400, "expected a target that begins with /");
    }
    Request request =
        new Request(
            first[0],
            decoded(path, false),
            question < 0 ? Map.of() : query(first[1].substring(question + 1)),
            headers,
            utf8(bytes, headEnd, bodyBytes));
    String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
    boolean keepAlive = first[2].equals("HTTP/1.1") && !connection.contains("close");
    return Optional.of(new Parsed(request, headEnd + bodyBytes, keepAlive));
  }

  /**
   * Where the head ends: behind its empty line.
   *
   * @param from where to look from: what was looked at before has none
   * @return -1 if it has not come yet
   * @throws Refusal if it is too long
   */
  static int headEnd(byte[] bytes, int from, int length) throws Refusal {
    for (int i = Math.max(from, 3); i < length; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    if (length >= MOST_HEAD_BYTES) {
      throw new Refusal(431, "the head is longer than " + MOST_HEAD_BYTES + " bytes");
    }
    return -1;
  }

  private static Map<String, String> headers(String... lines) throws Refusal {
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      String line = lines[i];
      if (line.isEmpty()) {
        continue; // what ends the head
      }
      int colon = line.indexOf(':');
      if (colon < 1 || !TOKEN.matcher(line.substring(0, colon)).matches()) {
        throw new Refusal(
            400, "expected headers like 'Host: localhost', each in a line of its own");
      }
      String value = line.substring(colon + 1).strip();
      if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f)) {
        throw new Refusal(400, "a header has a control character");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      String before = headers.put(name, value);
      if (before != null) {
        if (!name.equals("accept") && !name.equals("cookie") && !name.startsWith("x-")) {
          throw new Refusal(400, "two headers " + name);
        }
        headers.put(name, before + ", " + value);
      }
    }
    if (!headers.containsKey("host")) {
      throw new Refusal(400, "there is no header Host");
    }
    return headers;
  }

  private static int bodyBytes(Map<String, String> headers) throws Refusal {
    if (headers.containsKey("transfer-encoding") || headers.containsKey("expect")) {
      throw new Refusal(501, "a body is taken with its Content-Length, and at once");
    }
    String length = headers.getOrDefault("content-length", "0");
    if (!LENGTH.matcher(length).matches()) {
      throw new Refusal(400, "Content-Length is no number");
    }
    int bytes = Integer.parseInt(length);
    if (bytes > MOST_BODY_BYTES) {
      throw new Refusal(413, "the body is longer than " + MOST_BODY_BYTES + " bytes");
    }
    return bytes;
  }

  private static Map<String, String> query(String text) throws Refusal {
    Map<String, String> query = new HashMap<>();
    for (String pair : text.split("&")) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals), true);
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), true);
      if (query.put(name, value) != null || query.size() > MOST_PARAMETERS) {
        throw new Refusal(400, "expected at most " + MOST_PARAMETERS + " parameters, each once");
      }
    }
    return query;
  }

  /** Percent-encoding of UTF-8, and nothing that a line of a log could not show. */
  private static String decoded(String text, boolean plusIsSpace) throws Refusal {
    byte[] bytes = new byte[text.length()];
    int size = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int value = c;
      if (c == '%') {
        boolean whole = i + 2 < text.length();
        int high = whole ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = whole ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new Refusal(400, "expected two hexadecimal digits behind a %");
        }
        value = high * 16 + low;
        i += 2;
      } else if (c == '+' && plusIsSpace) {
        value = ' ';
      }
      if (value < ' ' || value == 0x7f || c > 0x7e) {
        throw new Refusal(400, "the target has a character that it must not have");
      }
      bytes[size++] = (byte) value;
    }
    return utf8(bytes, 0, size);
  }

  private static String utf8(byte[] bytes, int from, int length) throws Refusal {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new Refusal(400, "expected UTF-8");
    }
  }
}
