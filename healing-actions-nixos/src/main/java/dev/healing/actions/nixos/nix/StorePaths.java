package dev.healing.actions.nixos.nix;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Store paths as they are told one by one, however many: all are counted, those lowest in order are
 * kept. Their names begin with a hash, so what is kept is a random sample of all.
 */
final class StorePaths implements Consumer<String> {
  /** Some 2 MB. */
  private static final int MOST_KEPT = 10_000;

  private final PriorityQueue<String> lowest = new PriorityQueue<>(Comparator.reverseOrder());
  private int count;

  @Override
  public void accept(String path) {
    count++;
    lowest.add(path);
    if (lowest.size() > MOST_KEPT) {
      lowest.remove();
    }
  }

  int count() {
    return count;
  }

  /** Those that are kept, the lowest first. */
  List<String> sample() {
    return lowest.stream().sorted().toList();
  }
}
