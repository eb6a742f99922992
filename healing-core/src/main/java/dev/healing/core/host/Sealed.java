package dev.healing.core.host;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON object with the CRC32C of its text as last member: {@code {"a":1}} becomes {@code
 * {"a":1,"crc":"0123abcd"}}. Added and checked as text, so that what is read is what was written.
 */
final class Sealed {
  private static final String KEY = "\"crc\":\"";
  private static final int SEAL_LENGTH = KEY.length() + 8 + 2;
  private static final Pattern LIKE_A_SEAL =
      Pattern.compile("(?s).*.{3}c?.{1,3}:\"?[^\"]{7,9}\"?\\}");

  /** Apart, since it is rarely needed and large. */
  private static final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();
  }

  private Sealed() {}

  /**
   * Adds the checksum.
   *
   * @throws IllegalArgumentException if it cannot be a JSON object
   */
  static String seal(String jsonObject) {
    String text = jsonObject.strip();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      throw new IllegalArgumentException("expected a JSON object, was: " + shortened(text));
    }
    String open = text.substring(0, text.length() - 1);
    String comma = open.substring(1).isBlank() ? "" : ",";
    return open + comma + KEY + crc(text) + "\"}";
  }

  /** Takes the checksum away again; absent if there is none or it is not of this text. */
  static Optional<String> unseal(String sealed) {
    int at = sealed.length() - SEAL_LENGTH;
    if (at < 1 || !sealed.startsWith(KEY, at) || !sealed.endsWith("\"}")) {
      return Optional.empty();
    }
    String open = sealed.substring(0, at);
    String crc = sealed.substring(at + KEY.length(), sealed.length() - 2);
    String text = (open.endsWith(",") ? open.substring(0, open.length() - 1) : open) + "}";
    return text.startsWith("{") && crc.equals(crc(text)) ? Optional.of(text) : Optional.empty();
  }

  /**
   * Whether a person wrote this: a whole JSON object without a checksum, nor with anything at its
   * end that could be the remains of one.
   */
  static boolean handWritten(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("{") || LIKE_A_SEAL.matcher(tail(stripped)).matches()) {
      return false;
    }
    try {
      return Json.MAPPER.readTree(stripped).isObject();
    } catch (JacksonException e) {
      return false;
    }
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - 32));
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits(crc.getValue(), 8);
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
