package dev.healing.core.history;

import dev.healing.spi.StateFolder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the history: which there are, how large they are together, and what goes when that
 * is too much. Nothing is added before there is room for it.
 *
 * <p>What is older than its tier keeps goes first. If that is not enough, the oldest file of the
 * tier that is furthest above its share; so each tier keeps its newest, however little room there
 * is. Seconds that no coarser tier holds yet go last.
 */
final class Shelf {
  private static final Pattern NAME = Pattern.compile("(log|1s|10s|1m)-(\\d{8,18})");

  private final StateFolder folder;
  private final long mostBytes;
  private final Map<Tier, NavigableMap<Long, Long>> tiers = new EnumMap<>(Tier.class);
  private final long[] bytes = new long[Tier.values().length];
  private final long[] temporaryBytes = new long[Tier.values().length];

  /** What is there now. */
  Shelf(StateFolder folder, long mostBytes) {
    this.folder = folder;
    this.mostBytes = mostBytes;
    for (Tier tier : Tier.values()) {
      tiers.put(tier, new TreeMap<>());
    }
    folder.sizes().forEach(this::found);
  }

  private void found(String name, long size) {
    Matcher matcher = NAME.matcher(name);
    if (matcher.matches()) {
      for (Tier tier : Tier.values()) {
        long number = Long.parseLong(matcher.group(2));
        if (tier.file(number).equals(name)) {
          put(tier, number, size);
        }
      }
    }
  }

  private void put(Tier tier, long number, long size) {
    Long before = of(tier).put(number, size);
    bytes[tier.ordinal()] += size - (before == null ? 0 : before);
  }

  /** Removes what a crash has left half written. */
  void tidy() {
    for (String name : folder.sizes().keySet()) {
      if (name.endsWith(Tier.TEMPORARY)) {
        folder.delete(name);
      }
    }
  }

  StateFolder folder() {
    return folder;
  }

  long mostBytes() {
    return mostBytes;
  }

  /** The files of a tier: sizes by number. */
  NavigableMap<Long, Long> of(Tier tier) {
    return Objects.requireNonNull(tiers.get(tier));
  }

  /** The number of the newest file of a tier; -1 if it has none. */
  long newest(Tier tier) {
    NavigableMap<Long, Long> files = of(tier);
    return files.isEmpty() ? -1 : files.lastKey();
  }

  /** The last hour that both coarser tiers hold; -1 if none. */
  long covered() {
    return Math.min(newest(Tier.TENS), newest(Tier.MINUTES));
  }

  long bytes(Tier tier) {
    return bytes[tier.ordinal()];
  }

  long bytes() {
    return Arrays.stream(bytes).sum() + Arrays.stream(temporaryBytes).sum();
  }

  /** Whether seconds that no coarser tier holds yet are in the way of what is to come. */
  boolean crowded() {
    double most = Tier.SECONDS.share() * mostBytes;
    return newest(Tier.SECONDS) > covered()
        && bytes(Tier.SECONDS) + bytes(Tier.LOG) > most
        && bytes() > mostBytes - most;
  }

  void append(Tier tier, long number, byte[] more) {
    makeRoom(more.length);
    folder.append(tier.file(number), more);
    put(tier, number, of(tier).getOrDefault(number, 0L) + more.length);
  }

  /** Adds to what {@link #publish} will give its name. */
  void appendTemporary(Tier tier, long number, byte[] more) {
    makeRoom(more.length);
    folder.append(tier.file(number) + Tier.TEMPORARY, more);
    temporaryBytes[tier.ordinal()] += more.length;
  }

  /** Makes a file that was written whole, of so many bytes, one of the tier. */
  void publish(Tier tier, long number, long size) {
    String name = tier.file(number);
    folder.publish(name + Tier.TEMPORARY, name);
    put(tier, number, size);
    temporaryBytes[tier.ordinal()] = 0;
  }

  void cut(Tier tier, long number, long size) {
    folder.cut(tier.file(number), size);
    put(tier, number, size);
  }

  void delete(Tier tier, long number) {
    folder.delete(tier.file(number));
    put(tier, number, 0);
    of(tier).remove(number);
  }

  /** Removes what has been kept long enough. */
  void expire() {
    for (Tier tier : Tier.values()) {
      NavigableMap<Long, Long> files = of(tier);
      while (tier != Tier.LOG
          && files.size() > 1
          && files.firstKey() <= newest(tier) - tier.hours()
          && (tier != Tier.SECONDS || files.firstKey() <= covered())) {
        delete(tier, files.firstKey());
      }
    }
  }

  private void makeRoom(long more) {
    while (bytes() + more > mostBytes) {
      Optional<Tier> fullest = fullest();
      if (fullest.isEmpty()) {
        return; // only what is being written is left, and that is a small part of any room
      }
      delete(fullest.get(), of(fullest.get()).firstKey());
    }
  }

  private Optional<Tier> fullest() {
    Tier fullest = null;
    double most = Double.NEGATIVE_INFINITY;
    for (Tier tier : Tier.values()) {
      if (tier == Tier.LOG || of(tier).isEmpty()) {
        continue;
      }
      boolean needed = tier == Tier.SECONDS && of(tier).firstKey() > covered();
      double above = bytes(tier) - tier.share() * mostBytes - (needed ? mostBytes : 0);
      if (above > most) {
        fullest = tier;
        most = above;
      }
    }
    return Optional.ofNullable(fullest);
  }
}
