package dev.healing.actions.nixos;

import dev.healing.spi.HostContext;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What was rolled back from, in {@code rollbacks.json}: never rolled back from or to again, so that
 * rollbacks cannot loop. Safety state: what cannot be read is not "no rollbacks yet".
 */
final class RollbackHistory {
  private static final String DOCUMENT = "rollbacks.json";
  private static final String NONE = "{\"rolledBack\":[]}";
  private static final Pattern ENTRY =
      Pattern.compile("\\{\"from\":(\\d{1,9}),\"to\":(\\d{1,9}),\"at\":\"[^\"]{1,40}\"}");

  private final HostContext host;

  RollbackHistory(HostContext host) {
    this.host = host;
  }

  /** The generations that were left. Refuses if they are not known. */
  Set<Integer> left() {
    Set<Integer> left = new TreeSet<>();
    ENTRY.matcher(text()).results().forEach(entry -> left.add(Integer.valueOf(entry.group(1))));
    return left;
  }

  /** Where a generation that was left was rolled back to, the last time. */
  int leftFor(int from) {
    return ENTRY
        .matcher(text())
        .results()
        .filter(entry -> Integer.parseInt(entry.group(1)) == from)
        .mapToInt(entry -> Integer.parseInt(entry.group(2)))
        .reduce(0, (before, last) -> last);
  }

  /** Durably. */
  void add(int from, int to) {
    String history = text();
    if (history.equals(NONE)) {
      // So that there is a copy from the first on, and damage or loss is told again and again.
      host.state().replace(DOCUMENT, NONE);
    }
    String entry = "{\"from\":" + from + ",\"to\":" + to + ",\"at\":\"" + host.time().now() + "\"}";
    String head = history.substring(0, history.length() - 2);
    host.state().replace(DOCUMENT, head + (head.endsWith("[") ? "" : ",") + entry + "]}");
  }

  private String text() {
    var document = host.state().document(DOCUMENT);
    Checks.refuseIf(
        document.problem().map(why -> "what was rolled back before is not known: " + why));
    String text = document.content().orElse(NONE).strip();
    String inner = ENTRY.matcher(text).replaceAll("").replace(",", "");
    Checks.require(
        inner.equals(NONE),
        DOCUMENT + " in " + host.state().location() + " is not as this action writes it: mend it");
    return text;
  }
}
