package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Metric;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/** How values of a metric are written: by the unit in which its name ends. */
enum Amount {
  FRACTION {
    @Override
    double read(Configuration section, String key) {
      return section.fraction(key, Double.NaN);
    }

    @Override
    String shown(double value) {
      return Texts.percent(value);
    }

    @Override
    double gap(double level) {
      return Math.min(0.05, Math.min(level, 1 - level) / 2);
    }
  },
  BYTES {
    @Override
    double read(Configuration section, String key) {
      long bytes = section.bytes(key, -1);
      return bytes < 0 ? Double.NaN : bytes;
    }

    @Override
    String shown(double value) {
      return Texts.bytes(value);
    }
  },
  SECONDS {
    @Override
    double read(Configuration section, String key) {
      Duration none = Duration.ofSeconds(-1);
      Duration duration = section.duration(key, none);
      return duration.equals(none) ? Double.NaN : duration.toMillis() / 1e3;
    }

    @Override
    String shown(double value) {
      return NUMBER.shown(value) + " s";
    }
  },
  NUMBER {
    @Override
    double read(Configuration section, String key) {
      return section.number(key, Double.NaN);
    }

    @Override
    String shown(double value) {
      String text = String.format(Locale.ROOT, "%.2f", value);
      return text.replaceFirst("\\.?0+$", "");
    }
  };

  static Amount of(Metric metric) {
    for (Amount amount : values()) {
      if (metric.name().endsWith("." + amount.name().toLowerCase(Locale.ROOT))) {
        return amount;
      }
    }
    return NUMBER;
  }

  /** As it is written; absent if it is not, or wrongly, which is noted. */
  OptionalDouble of(Configuration section, String key) {
    double value = read(section, key);
    return Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  abstract double read(Configuration section, String key);

  /** For people. */
  abstract String shown(double value);

  /** At which value it is clear, unless that is said. */
  double usualClear(double bad, boolean above) {
    double clear = above ? bad - gap(bad) : bad + gap(bad);
    return Math.rint(clear * 1e6) / 1e6; // as a person would write it
  }

  /** How far that is from the level. */
  double gap(double level) {
    return Math.abs(level) / 10;
  }
}
