package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.spi.HostContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What was rolled back from, in {@code rollbacks.json}: never rolled back from or to again, so that
 * rollbacks cannot loop. It is the system that counts and not its number: building the same again
 * gives it another. Safety state: what cannot be read is not "no rollbacks yet".
 */
final class RollbackHistory {
  private static final String DOCUMENT = "rollbacks.json";
  private static final String NONE = "{\"rolledBack\":[]}";
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\{\"from\":(\\d{1,9}),\"left\":\"(/[^\"\\\\]{1,300})\",\"to\":(\\d{1,9}),"
              + "\"at\":\"[^\"]{1,40}\"}");

  /**
   * A rollback.
   *
   * @param from number of the generation that was left
   * @param left its path in the store
   * @param to number of the generation that was switched to
   */
  record Entry(int from, String left, int to) {
    private static Entry of(MatchResult entry) {
      return new Entry(
          Integer.parseInt(entry.group(1)), entry.group(2), Integer.parseInt(entry.group(3)));
    }
  }

  private final HostContext host;

  RollbackHistory(HostContext host) {
    this.host = host;
  }

  /** The systems that were left. Refuses if they are not known. */
  Set<String> left() {
    return entries().stream().map(Entry::left).collect(Collectors.toSet());
  }

  /** How a system was left, the last time. */
  Optional<Entry> of(String system) {
    return entries().stream()
        .filter(entry -> entry.left().equals(system))
        .reduce((before, last) -> last);
  }

  /** Durably. */
  void add(Rollback rollback) {
    String history = text();
    if (history.equals(NONE)) {
      // So that there is a copy from the first on, and damage or loss is told again and again.
      host.state().replace(DOCUMENT, NONE);
    }
    String entry =
        "{\"from\":"
            + rollback.from()
            + ",\"left\":\""
            + rollback.left()
            + "\",\"to\":"
            + rollback.to()
            + ",\"at\":\""
            + host.time().now()
            + "\"}";
    String head = history.substring(0, history.length() - 2);
    host.state().replace(DOCUMENT, head + (head.endsWith("[") ? "" : ",") + entry + "]}");
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    ENTRY.matcher(text()).results().map(Entry::of).forEach(entries::add);
    return entries;
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
