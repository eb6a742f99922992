package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What is throttled by us, durably: what throttles, what notices that it need not be any more, and
 * what lifts it share the document. A throttle ends with the boot, as systemd forgets it then.
 */
final class Throttles {
  private static final String DOCUMENT = "throttles.json";
  private static final String NONE = "{\"throttles\":[]}";
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\{\"unit\":\"([A-Za-z0-9:_.\\\\@-]{1,255})\",\"limit\":\"(CPU_QUOTA|MEMORY_HIGH|CPU_WEIGHT)\","
              + "\"value\":(\\d{1,18}),\"boot\":\"([A-Za-z0-9-]{1,64})\",\"sinceNanos\":(\\d{1,18}),"
              + "\"cpuNanos\":(\\d{1,18})\\}");

  private final HostContext host;

  Throttles(HostContext host) {
    this.host = host;
  }

  /**
   * One.
   *
   * @param unit the service
   * @param limit which limit was set; before there was none
   * @param value to what
   * @param boot in which boot
   * @param sinceNanos when, by the monotonic clock of that boot
   * @param cpuNanos processor time that the processes of the service had used by then
   */
  record Throttle(
      String unit, Limit limit, long value, String boot, long sinceNanos, long cpuNanos) {
    String inWords() {
      return inWords(limit, OptionalLong.of(value));
    }

    static String inWords(Limit limit, OptionalLong value) {
      String name =
          switch (limit) {
            case CPU_QUOTA -> "CPUQuota";
            case CPU_WEIGHT -> "CPUWeight";
            case MEMORY_HIGH -> "MemoryHigh";
          };
      if (value.isEmpty()) {
        return "no " + name;
      }
      long number = value.getAsLong();
      return switch (limit) {
        case CPU_QUOTA ->
            String.format(Locale.ROOT, "%s=%.0f%% (%.2f cores)", name, number / 1e4, number / 1e6);
        case CPU_WEIGHT -> name + "=" + number + " (of 100 that others have)";
        case MEMORY_HIGH -> name + "=" + number + " (" + Checks.size(number) + ")";
      };
    }

    Duration age(HostContext host) {
      return Duration.ofNanos(host.time().monotonicNanos() - sinceNanos);
    }
  }

  /** Why it is not known what is throttled; empty if it is. */
  Optional<String> damage() {
    var document = host.state().document(DOCUMENT);
    if (document.problem().isPresent()) {
      return Optional.of("what is throttled is not known: " + document.problem().orElseThrow());
    }
    String text = document.content().orElse(NONE).strip();
    return ENTRY.matcher(text).replaceAll("").replace(",", "").equals(NONE)
        ? Optional.empty()
        : Optional.of(
            DOCUMENT + " in " + host.state().location() + " is not as we write it: mend it");
  }

  /** Those of this boot. */
  List<Throttle> all() {
    return ENTRY
        .matcher(host.state().document(DOCUMENT).content().orElse(NONE))
        .results()
        .map(
            m ->
                new Throttle(
                    m.group(1).replace("\\\\", "\\"),
                    Limit.valueOf(m.group(2)),
                    Long.parseLong(m.group(3)),
                    m.group(4),
                    Long.parseLong(m.group(5)),
                    Long.parseLong(m.group(6))))
        .filter(throttle -> throttle.boot().equals(host.time().bootId()))
        .toList();
  }

  /** Remembers it before it is set: if we die in between, it is found not to hold. */
  void add(Throttle throttle) {
    List<Throttle> now = new ArrayList<>(all());
    now.add(throttle);
    write(now);
  }

  void forget(Throttle throttle) {
    List<Throttle> now = new ArrayList<>(all());
    if (now.remove(throttle)) {
      write(now);
    }
  }

  private void write(List<Throttle> throttles) {
    List<String> entries = new ArrayList<>();
    for (Throttle t : throttles) {
      entries.add(
          String.format(
              Locale.ROOT,
              "{\"unit\":\"%s\",\"limit\":\"%s\",\"value\":%d,\"boot\":\"%s\",\"sinceNanos\":%d,"
                  + "\"cpuNanos\":%d}",
              t.unit().replace("\\", "\\\\"),
              t.limit(),
              t.value(),
              t.boot(),
              t.sinceNanos(),
              t.cpuNanos()));
    }
    host.state().replace(DOCUMENT, "{\"throttles\":[" + String.join(",", entries) + "]}");
  }
}
