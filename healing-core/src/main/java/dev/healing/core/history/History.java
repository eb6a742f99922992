package dev.healing.core.history;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.core.history.Points.Collector;
import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What was measured, read from disk: each second of the last day, every 10 seconds of the last
 * month, every minute of the last year. It is what was written, so up to a minute old. Needs no
 * engine, and may be read while another process writes. Safe for several threads.
 */
public final class History {
  /** What is read back differs from what was measured by this part of it at most. */
  public static final double PRECISION = Rounding.PRECISION;

  /** The most steps that can be asked for at once. */
  public static final int MOST_STEPS = 1_000_000;

  private static final int ATTEMPTS = 5;
  private static final boolean[] NONE = {};

  private final StateFolder folder;

  /** Of the daemon, or of the embedding program, that has this state. */
  public History(StateStore store) {
    this.folder = store.folder(HistoryWriter.FOLDER);
  }

  /** A file was replaced between being listed and being read. */
  private static final class Gone extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** What is asked of the files that there are. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(Shelf shelf) throws Gone;
  }

  private <T> T ask(Question<T> question) {
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return question.ask(new Shelf(folder, Long.MAX_VALUE));
      } catch (Gone e) {
        // Seen again under what it is now.
      }
    }
    throw new HealingException(
        folder.location() + " changed all the time while it was read: try again");
  }

  // ------------------------------------------------------------- which series

  /**
   * All series, by name.
   *
   * @throws dev.healing.api.HostException if the files cannot be read
   */
  public List<Series> series() {
    return ask(this::series);
  }

  private List<Series> series(Shelf shelf) throws Gone {
    Map<String, Segment.Entry> all = new TreeMap<>();
    Consumer<String> ignored = damage -> {};
    for (Tier tier : List.of(Tier.MINUTES, Tier.TENS, Tier.SECONDS)) {
      for (Map.Entry<Long, Long> file : shelf.of(tier).entrySet()) {
        open(tier, file, ignored)
            .entries(ignored)
            .forEach((name, entry) -> all.merge(name, entry, History::both));
      }
    }
    for (Block block : log(shelf, ignored)) {
      try {
        for (Map.Entry<String, Input> part : block.parts().entrySet()) {
          Track track = Track.read(part.getValue());
          int last = track.size() - 1;
          if (last >= 0) {
            all.merge(
                part.getKey(),
                new Segment.Entry(0, 0, track.slot(0), track.slot(last), track.middle(last)),
                History::both);
          }
        }
      } catch (Damaged e) {
        // What is whole is told.
      }
    }
    List<Series> series = new ArrayList<>();
    all.forEach(
        (name, entry) ->
            series.add(
                new Series(
                    Metric.parse(name),
                    Instant.ofEpochSecond(entry.first()),
                    Instant.ofEpochSecond(entry.last()),
                    Rounding.value(entry.newest()))));
    return series;
  }

  private static Segment.Entry both(Segment.Entry one, Segment.Entry later) {
    long first = Math.min(one.first(), later.first());
    return new Segment.Entry(0, 0, first, later.last(), later.newest());
  }

  // -------------------------------------------------------------- one of them

  /**
   * The points of a series, in steps that begin at multiples of their length since 1970. Of each
   * time the finest is read that is not finer than a step, and where that is not kept any more,
   * what is.
   *
   * @param from the first step is the one that this is in
   * @param to the last step is the one before this
   * @param step whole seconds
   * @throws IllegalArgumentException if these are no steps, or more than {@link #MOST_STEPS}
   * @throws dev.healing.api.HostException if the files cannot be read
   */
  public Points points(Metric metric, Instant from, Instant to, Duration step) {
    long seconds = step.toSeconds();
    if (seconds < 1 || step.getNano() != 0 || seconds > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a step of " + step + ": expected whole seconds");
    }
    long first = Math.floorDiv(from.getEpochSecond(), seconds) * seconds;
    long end = to.getEpochSecond() + (to.getNano() > 0 ? 1 : 0);
    long steps = Math.floorDiv(end - first + seconds - 1, seconds);
    if (steps < 1 || steps > MOST_STEPS) {
      throw new IllegalArgumentException(
          steps + " steps of " + step + ": expected 1 to " + MOST_STEPS + "; choose longer steps");
    }
    return ask(
        shelf ->
            new Query(shelf, metric.toString(), new Collector(first, (int) seconds, (int) steps))
                .points());
  }

  /** One question about one series. */
  private final class Query {
    private final Shelf shelf;
    private final String series;
    private final Collector collector;
    private final Set<String> damaged = new LinkedHashSet<>();

    Query(Shelf shelf, String series, Collector collector) {
      this.shelf = shelf;
      this.series = series;
      this.collector = collector;
    }

    Points points() throws Gone {
      Tier best = best();
      files(best, Long.MIN_VALUE, NONE);
      if (best != Tier.SECONDS) {
        files(Tier.SECONDS, shelf.newest(best), NONE); // what came since
      }
      log();
      List<Tier> coarser = coarserThan(best);
      for (Tier tier : coarser) { // what came before the oldest
        if (collector.lacksBeginning()) {
          files(tier, Long.MIN_VALUE, collector.filled());
        }
      }
      if (!damaged.isEmpty()) { // what another still has of that
        for (Tier tier : List.of(Tier.TENS, Tier.SECONDS)) {
          if (tier.compareTo(best) < 0) {
            files(tier, Long.MIN_VALUE, collector.filled());
          }
        }
        for (Tier tier : coarser) {
          files(tier, Long.MIN_VALUE, collector.filled());
        }
      }
      return collector.points(List.copyOf(damaged));
    }

    private List<Tier> coarserThan(Tier best) {
      return Stream.of(Tier.TENS, Tier.MINUTES).filter(t -> t.compareTo(best) > 0).toList();
    }

    private Tier best() {
      Tier best = Tier.SECONDS;
      for (Tier tier : Tier.values()) {
        best = tier.step() <= collector.stepSeconds() ? tier : best;
      }
      return best == Tier.LOG ? Tier.SECONDS : best;
    }

    /** Adds what the files after this number have, but nothing where something was before. */
    private void files(Tier tier, long after, boolean[] taken) throws Gone {
      for (Map.Entry<Long, Long> file : shelf.of(tier).tailMap(after, false).entrySet()) {
        Segment segment = open(tier, file, damaged::add);
        Optional<Segment.Entry> entry = segment.entry(series, damaged::add);
        if (entry.isEmpty()
            || entry.get().last() < collector.first()
            || entry.get().first() >= collector.end()) {
          continue;
        }
        segment.read(series, entry.get(), damaged::add).ifPresent(track -> add(track, tier, taken));
      }
    }

    /** In steps of the best tier, if it is finer: so that all points weigh the same. */
    private void add(Track track, Tier tier, boolean[] taken) {
      int best = best().step();
      if (tier.step() < best) {
        collector.add(track.inSteps(best / tier.step()), best, taken);
      } else {
        collector.add(track, tier.step(), taken);
      }
    }

    private void log() throws Gone {
      for (Block block : History.this.log(shelf, damaged::add)) {
        if (block.last() < collector.first() || block.first() >= collector.end()) {
          continue;
        }
        try {
          Input part = block.parts().get(series);
          if (part != null) {
            add(Track.read(part), Tier.LOG, NONE);
          }
        } catch (Damaged e) {
          damaged.add("log: what is at byte " + block.offset() + " is damaged: it is passed over");
        }
      }
    }
  }

  private Segment open(Tier tier, Map.Entry<Long, Long> file, Consumer<String> damage) throws Gone {
    return Segment.open(folder, tier.file(file.getKey()), file.getValue(), damage)
        .orElseThrow(Gone::new);
  }

  /** The minutes of the hour that is being written. */
  private List<Block> log(Shelf shelf, Consumer<String> damage) throws Gone {
    List<Block> blocks = new ArrayList<>();
    for (long number : shelf.of(Tier.LOG).keySet()) {
      if (number > shelf.newest(Tier.SECONDS)) {
        String name = Tier.LOG.file(number);
        byte[] bytes = folder.read(name, 0, Sealing.LOG_READ).orElseThrow(Gone::new);
        Block.Scan scan = Block.scan(bytes);
        scan.gaps().forEach(at -> damage.accept(Segment.lost(name, at)));
        blocks.addAll(scan.blocks());
      }
    }
    return blocks;
  }
}
