package dev.healing.runner.series;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;

/** Instants as people and tools write them. What names no offset is taken as UTC. */
final class Timestamps {
  static final String EXPECTED =
      "YYYY-MM-DD HH:MM:SS, ISO-8601 (2026-11-26T03:30:00Z) or seconds since 1970";

  private static final Pattern SECONDS = Pattern.compile("-?\\d{1,12}(\\.\\d{1,9})?");
  private static final double NANOS = 1e9;
  private static final String USUAL = "dddd-dd-dd dd:dd:dd";

  private Timestamps() {}

  static Optional<Instant> parse(String text) {
    try {
      if (isUsual(text)) {
        return Optional.of(ofUsual(text));
      }
      if (SECONDS.matcher(text).matches()) {
        return Optional.of(ofSeconds(text));
      }
      boolean spaced = text.length() > 10 && text.charAt(10) == ' ';
      String iso = spaced ? text.substring(0, 10) + 'T' + text.substring(11) : text;
      return Optional.of(
          hasOffset(iso)
              ? OffsetDateTime.parse(iso).toInstant()
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static boolean isUsual(String text) {
    boolean usual = text.length() == USUAL.length();
    for (int i = 0; usual && i < USUAL.length(); i++) {
      char c = text.charAt(i);
      usual = USUAL.charAt(i) == 'd' ? c >= '0' && c <= '9' : c == USUAL.charAt(i);
    }
    return usual;
  }

  /** Without a parser, since there are as many of them as rows. */
  private static Instant ofUsual(String text) {
    return LocalDateTime.of(
            number(text, 0, 4),
            number(text, 5, 7),
            number(text, 8, 10),
            number(text, 11, 13),
            number(text, 14, 16),
            number(text, 17, 19))
        .toInstant(ZoneOffset.UTC);
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }

  private static Instant ofSeconds(String text) {
    double seconds = Double.parseDouble(text);
    long whole = (long) Math.floor(seconds);
    return Instant.ofEpochSecond(whole, Math.round((seconds - whole) * NANOS));
  }

  /** Behind the date, where a minus can only be an offset's. */
  private static boolean hasOffset(String iso) {
    return iso.endsWith("Z") || iso.indexOf('+', 10) > 0 || iso.indexOf('-', 10) > 0;
  }
}
