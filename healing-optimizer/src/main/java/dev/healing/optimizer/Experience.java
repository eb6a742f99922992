package dev.healing.optimizer;

import dev.healing.api.Benefit;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.Opportunity.Taken;
import dev.healing.api.OptimizationType;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.spi.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What came of the opportunities that were taken, durably, and what is believed of them for it.
 * Safe for several threads.
 *
 * <p>A finder's confidence counts as two attempts that went as it says; each real one counts as one
 * attempt, half of one when it is a month old. So what brought nothing falls below the least score
 * after one or two, and is tried again after months.
 */
final class Experience {
  private static final String FILE = "taken.jsonl";
  private static final int MOST = 500;
  private static final double PRIOR_ATTEMPTS = 2;
  private static final double HALF_LIFE_DAYS = 30;

  /** Less than this of what was estimated counts as nothing. */
  private static final double NEXT_TO_NOTHING = 0.05;

  private static final Pattern LINE =
      Pattern.compile(
          "\\{\"id\":\"([0-9a-f]{1,64})\",\"type\":\"([A-Z_]{1,40})\",\"at\":\"([^\"]{1,40})\","
              + "\"outcome\":\"([A-Z_]{1,20})\"(?:,\"of\":\"((?:[^\"\\\\]|\\\\u[0-9a-f]{4})*)\","
              + "\"more\":(true|false)(?:,\"estimated\":([^,}]+))?(?:,\"before\":([^,}]+))?"
              + "(?:,\"after\":([^,}]+))?)?\\}");

  /** One line of the file. */
  private record Entry(String id, OptimizationType type, Taken taken) {}

  private final StateStore store;
  private @Nullable List<Entry> known;

  Experience(StateStore store) {
    this.store = store;
  }

  /** What came of it the last time. */
  synchronized Optional<Taken> last(String id) {
    List<Entry> of = of(id);
    return of.isEmpty() ? Optional.empty() : Optional.of(of.get(of.size() - 1).taken());
  }

  /** When one of this kind was taken last. */
  synchronized Optional<Instant> last(OptimizationType type) {
    return entries().stream()
        .filter(entry -> entry.type() == type)
        .map(entry -> entry.taken().at())
        .max(Instant::compareTo);
  }

  /** What it has brought, in the unit of its benefit with its sign: the middle of the last five. */
  synchronized OptionalDouble usual(String id) {
    List<Double> actual = new ArrayList<>();
    for (Entry entry : of(id)) {
      OptionalDouble came =
          entry.taken().benefit().map(Benefit::actual).orElse(OptionalDouble.empty());
      if (came.isPresent()) {
        actual.add(came.getAsDouble());
      }
    }
    if (actual.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Double> newest = actual.subList(Math.max(0, actual.size() - 5), actual.size());
    Collections.sort(newest);
    return OptionalDouble.of(newest.get(newest.size() / 2));
  }

  /** The finder's confidence, and what has come of it since. */
  synchronized double confidence(Opportunity found, Instant now) {
    double tried = PRIOR_ATTEMPTS;
    double came = PRIOR_ATTEMPTS * found.confidence();
    for (Entry entry : of(found.id())) {
      OptionalDouble share = share(entry.taken());
      if (share.isPresent()) {
        double days = Math.max(0, Duration.between(entry.taken().at(), now).toHours() / 24.0);
        double weight = Math.pow(0.5, days / HALF_LIFE_DAYS);
        tried += weight;
        came += weight * share.getAsDouble();
      }
    }
    return came / tried;
  }

  /** How much of what was expected has come; absent if that is not known. */
  private static OptionalDouble share(Taken taken) {
    OptionalDouble measured = taken.benefit().map(Benefit::share).orElse(OptionalDouble.empty());
    return switch (taken.outcome()) {
      case NOT_ATTEMPTED, AMBIGUOUS -> OptionalDouble.empty();
      case WORSE, FAILED -> OptionalDouble.of(0);
      case HEALED -> measured.isPresent() ? nothingIsNothing(measured) : OptionalDouble.of(1);
      case UNCHANGED -> measured.isPresent() ? nothingIsNothing(measured) : OptionalDouble.of(0);
    };
  }

  private static OptionalDouble nothingIsNothing(OptionalDouble share) {
    return share.getAsDouble() < NEXT_TO_NOTHING ? OptionalDouble.of(0) : share;
  }

  /** Remembers it, durably; what was not attempted has brought neither much nor little. */
  synchronized void add(Opportunity taken, Receipt receipt) {
    if (receipt.outcome() == Outcome.NOT_ATTEMPTED) {
      return;
    }
    Entry entry =
        new Entry(
            taken.id(),
            taken.type(),
            new Taken(
                receipt.finishedAt(),
                receipt.outcome(),
                Benefit.of(receipt.before(), receipt.after())));
    List<Entry> all = entries();
    all.add(entry);
    if (all.size() > 2 * MOST) {
      all.subList(0, all.size() - MOST).clear();
      store.rewrite(FILE, all.stream().map(Experience::line).toList());
    } else {
      store.append(FILE, List.of(line(entry)));
    }
  }

  /** Oldest first. */
  private List<Entry> of(String id) {
    List<Entry> of = new ArrayList<>();
    for (Entry entry : entries()) {
      if (entry.id().equals(id)) {
        of.add(entry);
      }
    }
    return of;
  }

  private List<Entry> entries() {
    if (known == null) {
      List<Entry> read = new ArrayList<>();
      store.lines(FILE).lines().forEach(line -> parsed(line).ifPresent(read::add));
      known = read;
    }
    return known;
  }

  private static String line(Entry entry) {
    StringBuilder json = new StringBuilder();
    json.append("{\"id\":\"").append(entry.id());
    json.append("\",\"type\":\"").append(entry.type());
    json.append("\",\"at\":\"").append(entry.taken().at());
    json.append("\",\"outcome\":\"").append(entry.taken().outcome()).append('"');
    entry
        .taken()
        .benefit()
        .ifPresent(
            benefit -> {
              json.append(",\"of\":\"").append(escaped(benefit.of().toString()));
              json.append("\",\"more\":").append(benefit.more());
              number(json, "estimated", benefit.estimated());
              number(json, "before", benefit.before());
              number(json, "after", benefit.after());
            });
    return json.append('}').toString();
  }

  private static void number(StringBuilder json, String name, OptionalDouble number) {
    if (number.isPresent()) {
      json.append(",\"").append(name).append("\":").append(number.getAsDouble());
    }
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (char c : text.toCharArray()) {
      boolean plain = c >= ' ' && c != '"' && c != '\\';
      escaped.append(plain ? c : String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
    return escaped.toString();
  }

  private static String plain(String escaped) {
    return Pattern.compile("\\\\u([0-9a-f]{4})")
        .matcher(escaped)
        .replaceAll(
            m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 16))));
  }

  /** Whole by its checksum; what another version wrote is passed over. */
  private static Optional<Entry> parsed(String line) {
    Matcher m = LINE.matcher(line.strip());
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      Optional<Benefit> benefit =
          Optional.ofNullable(m.group(5))
              .map(
                  of ->
                      new Benefit(
                          Metric.parse(plain(of)),
                          Boolean.parseBoolean(m.group(6)),
                          number(m.group(7)),
                          number(m.group(8)),
                          number(m.group(9))));
      Taken taken = new Taken(Instant.parse(m.group(3)), Outcome.valueOf(m.group(4)), benefit);
      return Optional.of(new Entry(m.group(1), OptimizationType.valueOf(m.group(2)), taken));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static OptionalDouble number(@Nullable String text) {
    return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
  }
}
