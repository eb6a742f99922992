package dev.healing.core;

import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.api.Receipt;
import dev.healing.core.journal.Intent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was started by us within the last month, for detectors to tell our doing from what would
 * have been without it. Belongs to the engine's thread; what it gives away never changes.
 */
final class OwnActions {
  /** As long as a problem that is there again counts as the same. */
  private static final Duration REMEMBERED = Duration.ofDays(30);

  static final int MOST = 1_000;

  private final Map<String, OwnAction> byIntent = new LinkedHashMap<>();

  /** When what came of them was known, by intent. */
  private final Map<String, Instant> concluded = new HashMap<>();

  /** What each look shows, until something changes. */
  private @Nullable List<OwnAction> all;

  /** Those of before the start. */
  void remember(Collection<Receipt> receipts, Instant now) {
    receipts.stream()
        .filter(receipt -> receipt.startedAt().isPresent())
        .sorted(Comparator.comparing(receipt -> receipt.startedAt().orElseThrow()))
        .forEach(
            receipt ->
                byIntent.put(
                    receipt.id(),
                    new OwnAction(
                        receipt.type(),
                        receipt.action(),
                        receipt.target(),
                        receipt.components(),
                        receipt.detectedAt(),
                        receipt.startedAt().orElseThrow(),
                        Optional.of(receipt.finishedAt()),
                        Optional.of(receipt.outcome()))));
    changed(now);
  }

  void begun(Intent intent, Instant now) {
    put(intent, now, Optional.empty());
  }

  /** It has ended, or nobody waits for it any more. */
  void ended(Intent intent, Instant now) {
    OwnAction begun = byIntent.get(intent.id());
    put(intent, begun == null ? intent.at() : begun.startedAt(), Optional.of(now));
  }

  /** What came of it is known. */
  void concluded(Receipt receipt) {
    OwnAction known = byIntent.get(receipt.id());
    if (known != null) {
      byIntent.put(
          receipt.id(),
          new OwnAction(
              known.type(),
              known.action(),
              known.target(),
              known.components(),
              known.detectedAt(),
              known.startedAt(),
              known.endedAt(),
              Optional.of(receipt.outcome())));
      concluded.put(receipt.id(), receipt.finishedAt());
      changed(receipt.finishedAt());
    }
  }

  private void put(Intent intent, Instant startedAt, Optional<Instant> endedAt) {
    OwnAction known = byIntent.get(intent.id());
    byIntent.put(
        intent.id(),
        new OwnAction(
            intent.issue().type(),
            intent.action(),
            intent.target(),
            intent.issue().components(),
            intent.detectedAt(),
            startedAt,
            endedAt,
            known == null ? Optional.empty() : known.outcome()));
    changed(endedAt.orElse(startedAt));
  }

  /** Forgets what was over long ago, and the oldest of too many. */
  private void changed(Instant now) {
    all = null;
    Instant oldest = now.minus(REMEMBERED);
    Iterator<Map.Entry<String, OwnAction>> each = byIntent.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<String, OwnAction> one = each.next();
      boolean over = one.getValue().endedAt().filter(end -> end.isBefore(oldest)).isPresent();
      if (!over && byIntent.size() <= MOST) {
        return; // the older ones come first
      }
      concluded.remove(one.getKey());
      each.remove();
    }
  }

  /**
   * Others that were under way, or not looked at again yet, while this one was, and were started
   * before that.
   */
  List<OwnAction> beside(Intent intent, Instant before) {
    return byIntent.entrySet().stream()
        .filter(other -> !other.getKey().equals(intent.id()))
        .filter(
            other -> {
              Instant known = concluded.get(other.getKey());
              return known == null
                  ? other.getValue().outcome().isEmpty()
                  : known.isAfter(intent.at());
            })
        .map(Map.Entry::getValue)
        .filter(other -> other.startedAt().isBefore(before))
        .filter(other -> !other.outcome().equals(Optional.of(Outcome.NOT_ATTEMPTED)))
        .toList();
  }

  /** Oldest first. */
  List<OwnAction> all() {
    List<OwnAction> shown = all;
    if (shown == null) {
      shown = List.copyOf(byIntent.values());
      all = shown;
    }
    return shown;
  }
}
