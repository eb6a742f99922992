package dev.healing.optimizer;

import dev.healing.api.Configuration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The times of day in which heavy work may be done, in the host's time zone; without any, it always
 * may. One that ends before it begins goes over midnight.
 */
record Windows(List<Window> all, ZoneId zone) {
  private static final Pattern WRITTEN =
      Pattern.compile("([01]\\d|2[0-3]):([0-5]\\d)-([01]\\d|2[0-3]):([0-5]\\d)");

  /** From (inclusive) to (exclusive). */
  record Window(LocalTime from, LocalTime to) {
    boolean holds(LocalTime time) {
      boolean after = !time.isBefore(from);
      boolean before = time.isBefore(to);
      return from.isBefore(to) ? after && before : after || before;
    }

    @Override
    public String toString() {
      return from + "-" + to;
    }
  }

  Windows {
    all = List.copyOf(all);
  }

  static Windows read(Configuration section, String key, ZoneId zone) {
    List<Window> windows = new ArrayList<>();
    for (String text : section.texts(key, List.of())) {
      Matcher m = WRITTEN.matcher(text.strip());
      if (m.matches() && !text.strip().startsWith(text.strip().substring(6))) {
        windows.add(
            new Window(
                LocalTime.of(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))),
                LocalTime.of(Integer.parseInt(m.group(3)), Integer.parseInt(m.group(4)))));
      } else {
        section.contradiction(
            key,
            "times of day like \"02:00-05:00\", with a beginning and another end, which '"
                + text
                + "' is not");
      }
    }
    return new Windows(windows, zone);
  }

  /** Why it may not be done at this time; empty if it may. */
  Optional<String> closed(Instant at) {
    LocalTime time = ZonedDateTime.ofInstant(at, zone).toLocalTime();
    return all.isEmpty() || all.stream().anyMatch(window -> window.holds(time))
        ? Optional.empty()
        : Optional.of("it is heavy, and the maintenance windows are " + all);
  }

  boolean any() {
    return !all.isEmpty();
  }
}
