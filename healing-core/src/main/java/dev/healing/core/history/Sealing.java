package dev.healing.core.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Writes what has become whole in its last form: an hour of minutes as a file of seconds, and a day
 * of those in the coarser tiers. Each is published whole, and what it was made of goes only then;
 * so after a crash it is made again. Holds one series at a time.
 */
final class Sealing {
  /** A log is read as a whole, so it must not become large. */
  static final int MOST_LOG_BYTES = 4 << 20;

  /** What is read of one at most: it may have grown a little further. */
  static final int LOG_READ = 2 * MOST_LOG_BYTES;

  private final Shelf shelf;
  private final Consumer<String> damage;

  /**
   * In these files.
   *
   * @param damage is told what could not be read, and is lost
   */
  Sealing(Shelf shelf, Consumer<String> damage) {
    this.shelf = shelf;
    this.damage = damage;
  }

  /** Makes a file of seconds of a log. */
  void hour(long number) {
    String name = Tier.LOG.file(number);
    byte[] log = shelf.folder().read(name, 0, LOG_READ).orElse(new byte[0]);
    Map<String, List<Input>> parts = new TreeMap<>();
    Block.Scan scan = Block.scan(log);
    scan.gaps().forEach(at -> damage.accept(Segment.lost(name, at)));
    for (Block block : scan.blocks()) {
      try {
        block
            .parts()
            .forEach(
                (series, part) -> parts.computeIfAbsent(series, s -> new ArrayList<>()).add(part));
      } catch (Damaged e) {
        damage.accept(Segment.lost(name, block.offset()));
      }
    }
    if (!parts.isEmpty()) {
      Segment.Writer seconds = new Segment.Writer(shelf, Tier.SECONDS, number);
      parts.forEach((series, minutes) -> seconds.add(series, joined(name, minutes)));
      seconds.publish();
    }
    shelf.delete(Tier.LOG, number);
  }

  private Track joined(String name, List<Input> minutes) {
    Track hour = Track.ofSingles();
    for (Input minute : minutes) {
      try {
        hour.addAll(Track.read(minute));
      } catch (Damaged e) {
        damage.accept(name + ": a minute is damaged: it is passed over");
      }
    }
    return hour.inOrder();
  }

  /** Makes the coarser tiers of all hours that they do not hold yet. */
  void day() {
    List<Segment> hours = new ArrayList<>();
    TreeSet<String> all = new TreeSet<>();
    for (Map.Entry<Long, Long> hour :
        shelf.of(Tier.SECONDS).tailMap(shelf.covered(), false).entrySet()) {
      Segment.open(shelf.folder(), Tier.SECONDS.file(hour.getKey()), hour.getValue(), damage)
          .ifPresent(hours::add);
    }
    hours.forEach(hour -> all.addAll(hour.entries(damage).keySet()));
    long number = shelf.newest(Tier.SECONDS);
    Segment.Writer tens = new Segment.Writer(shelf, Tier.TENS, number);
    Segment.Writer minutes = new Segment.Writer(shelf, Tier.MINUTES, number);
    for (String series : all) {
      Track day = Track.ofSingles();
      for (Segment hour : hours) {
        Optional<Segment.Entry> entry = hour.entry(series, damage);
        entry.flatMap(found -> hour.read(series, found, damage)).ifPresent(day::addAll);
      }
      Track ordered = day.inOrder();
      tens.add(series, ordered.inSteps(Tier.TENS.step()));
      minutes.add(series, ordered.inSteps(Tier.MINUTES.step()));
    }
    tens.publish();
    minutes.publish();
  }
}
