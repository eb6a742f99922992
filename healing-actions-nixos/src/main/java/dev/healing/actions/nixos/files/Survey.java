package dev.healing.actions.nixos.files;

import dev.healing.spi.HostFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Counts what there is to delete, or was deleted, by directory. However many files there are, it
 * remembers no more than which directories they are in, up to a bound, and the largest of those.
 * Safe for several threads, each in a directory of its own; read when they have ended.
 */
final class Survey {
  /** In more directories nothing is promised in one run. */
  static final int MOST_DIRECTORIES = 100_000;

  private static final int SHOWN = 20;

  /** What of a directory was counted; without those below it. */
  static final class Tally {
    private final Path full;
    private final Object key;
    private final boolean again;
    private final List<String> names = new ArrayList<>();
    private long files;
    private long bytes;

    private Tally(SafeTree.Directory directory, boolean again) {
      this.full = directory.full();
      this.key = directory.key();
      this.again = again;
    }

    Path full() {
      return full;
    }

    long files() {
      return files;
    }

    long bytes() {
      return bytes;
    }

    List<String> names() {
      return names;
    }
  }

  private static final Comparator<Tally> SMALLEST_FIRST =
      Comparator.comparingLong(Tally::bytes)
          .thenComparingLong(Tally::files)
          .thenComparing(Tally::full, Comparator.reverseOrder());

  private final int namesShown;
  private final Consumer<Tally> whenLeft;
  private final Set<Object> directories = new HashSet<>();
  private final PriorityQueue<Tally> largest = new PriorityQueue<>(SMALLEST_FIRST);
  private long files;
  private long bytes;
  private long crowdedOut;

  /**
   * Starts at nothing.
   *
   * @param namesShown how many names of a directory are kept until it is left
   * @param whenLeft is told of every directory with something in it
   */
  Survey(int namesShown, Consumer<Tally> whenLeft) {
    this.namesShown = namesShown;
    this.whenLeft = whenLeft;
  }

  synchronized Tally enter(SafeTree.Directory directory) {
    // Two roots may be the same directory, mounted twice.
    return new Tally(directory, directories.contains(directory.key()));
  }

  /** Adds the file, unless that was done already or there are too many directories. */
  synchronized boolean addOnce(Tally here, FoundFile file) {
    if (here.again) {
      return false;
    }
    if (here.files == 0 && directories.size() >= MOST_DIRECTORIES) {
      crowdedOut++;
      return false;
    }
    add(here, file);
    return true;
  }

  /** Adds the file; returns how many there are by now. */
  synchronized long add(Tally here, FoundFile file) {
    if (here.files == 0) {
      directories.add(here.key);
    }
    here.files++;
    here.bytes += file.onDiskBytes();
    if (here.names.size() < namesShown) {
      here.names.add(file.name().toString());
    }
    bytes += file.onDiskBytes();
    return ++files;
  }

  synchronized void leave(Tally left) {
    if (left.files > 0) {
      whenLeft.accept(left);
      left.names.clear();
      largest.add(left);
      if (largest.size() > SHOWN) {
        largest.remove();
      }
    }
  }

  Set<Object> directories() {
    return directories;
  }

  /** The directories with the most bytes, those first, a line for each. */
  List<String> lines(HostFiles names) {
    List<Tally> sorted = new ArrayList<>(largest);
    sorted.sort(SMALLEST_FIRST.reversed());
    List<String> lines = new ArrayList<>();
    long restFiles = files;
    long restBytes = bytes;
    for (Tally tally : sorted) {
      // Names may hold anything; this is one line each.
      String name = names.name(tally.full).replaceAll("\\p{Cntrl}", "?");
      lines.add("in " + name + ": " + new Amount(tally.files, tally.bytes));
      restFiles -= tally.files;
      restBytes -= tally.bytes;
    }
    if (restFiles > 0) {
      lines.add(
          "in "
              + (directories.size() - sorted.size())
              + " more directories: "
              + new Amount(restFiles, restBytes));
    }
    return lines;
  }

  Amount amount() {
    return new Amount(files, bytes);
  }

  /** Files that were not counted for being in too many directories. */
  long crowdedOut() {
    return crowdedOut;
  }
}
