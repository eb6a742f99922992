package dev.healing.actions.nixos.files;

import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/** Keeps the newest files of a directory, however many it has. */
final class Newest {
  private static final Comparator<FoundFile> OLDEST_FIRST =
      Comparator.comparingLong(FoundFile::changedNanos).thenComparing(FoundFile::name);

  private final int most;
  private final PriorityQueue<FoundFile> kept = new PriorityQueue<>(OLDEST_FIRST);

  Newest(int most) {
    this.most = most;
  }

  /** Adds a file; gives the one for which there is no place any more. */
  Optional<FoundFile> push(FoundFile file) {
    if (most == 0) {
      return Optional.of(file);
    }
    kept.add(file);
    return kept.size() > most ? Optional.of(kept.remove()) : Optional.empty();
  }
}
