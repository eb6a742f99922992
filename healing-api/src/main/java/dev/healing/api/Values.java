package dev.healing.api;

import dev.healing.api.Configuration.NofM;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How values are written in a configuration. What cannot be parsed is an {@link
 * IllegalArgumentException}; the {@link Configuration} says where it stands and what was expected.
 */
final class Values {
  private static final Pattern QUANTITY =
      Pattern.compile("\\s*([0-9]+(?:\\.[0-9]+)?)\\s*(\\S*)\\s*");
  private static final Pattern NUMBER =
      Pattern.compile("\\s*(-?[0-9]{1,18}(?:\\.[0-9]{1,18})?)\\s*");
  private static final Pattern N_OF_M = Pattern.compile("\\s*(\\d{1,3})\\s+of\\s+(\\d{1,3})\\s*");
  private static final Map<String, Duration> DURATIONS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Map<String, Long> SIZES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);

  private Values() {}

  /** Absent if it is neither on nor off. */
  static Optional<Boolean> onOff(@Nullable Object raw) {
    if (raw instanceof Boolean bool) {
      return Optional.of(bool);
    }
    if (raw instanceof String text) {
      switch (text.toLowerCase(Locale.ROOT)) {
        case "on", "true", "yes":
          return Optional.of(true);
        case "off", "false", "no":
          return Optional.of(false);
        default:
          return Optional.empty();
      }
    }
    return Optional.empty();
  }

  static Duration duration(Object raw) {
    Matcher matcher = matched(QUANTITY, raw);
    Duration unit = DURATIONS.get(matcher.group(2));
    if (unit == null) {
      throw new IllegalArgumentException("no unit of time: " + raw);
    }
    double millis = Double.parseDouble(matcher.group(1)) * unit.toMillis();
    if (millis > Duration.ofDays(36_500).toMillis()) {
      throw new IllegalArgumentException("over a hundred years: " + raw);
    }
    return Duration.ofMillis(Math.round(millis));
  }

  static long bytes(Object raw) {
    Matcher matcher = matched(QUANTITY, raw);
    Long unit = SIZES.get(matcher.group(2));
    double bytes = unit == null ? Double.NaN : Double.parseDouble(matcher.group(1)) * unit;
    if (!(bytes < Long.MAX_VALUE)) {
      throw new IllegalArgumentException("no size: " + raw);
    }
    return Math.round(bytes);
  }

  static double fraction(Object raw) {
    Matcher matcher = matched(QUANTITY, raw);
    double percent = Double.parseDouble(matcher.group(1));
    if (!matcher.group(2).equals("%") || percent > 100) {
      throw new IllegalArgumentException("no percentage: " + raw);
    }
    return percent / 100;
  }

  static double number(Object raw) {
    return Double.parseDouble(matched(NUMBER, raw).group(1));
  }

  static NofM nOfM(Object raw) {
    Matcher matcher = matched(N_OF_M, raw);
    return new NofM(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  static String text(Object raw) {
    if (raw instanceof Map || raw instanceof List) {
      throw new IllegalArgumentException("no text: " + raw);
    }
    return raw.toString();
  }

  static String glob(Object raw) {
    String text = text(raw);
    if (text.isBlank()) {
      throw new IllegalArgumentException("matches nothing");
    }
    return text;
  }

  static Path path(Object raw) {
    Path parsed = Path.of(text(raw));
    if (!parsed.isAbsolute()) {
      throw new IllegalArgumentException("not absolute: " + raw);
    }
    return parsed.normalize();
  }

  private static Matcher matched(Pattern pattern, Object raw) {
    Matcher matcher = pattern.matcher(raw.toString());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected " + pattern + ": " + raw);
    }
    return matcher;
  }
}
