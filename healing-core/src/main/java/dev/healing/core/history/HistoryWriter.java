package dev.healing.core.history;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the samples of every look on disk, in {@link Tier tiers}: a minute of them is collected in
 * memory, and then written by a worker. What is not written yet is lost when the process is killed:
 * a minute at most.
 *
 * <p>Nothing depends on it. If it cannot be written that is said once, ten minutes are kept in
 * memory, and it is tried again every minute. Safe for several threads.
 */
public final class HistoryWriter implements AutoCloseable {
  /** How many series are kept of one hour; what comes then is dropped, and that is said. */
  public static final int MOST_SERIES = 256;

  /** The room that it takes at most, unless configured. */
  public static final long MOST_BYTES = 256L << 20;

  /** The name of its folder in the state directory. */
  static final String FOLDER = "history";

  private static final System.Logger LOG = System.getLogger(HistoryWriter.class.getName());
  private static final int MINUTES_WAITING = 10;
  private static final int MINUTE_SECONDS = 60;
  private static final int HOUR_SECONDS = 3_600;
  private static final int DAY_HOURS = 24;

  /** What a block counts at least towards an hour: looks may be far apart, and starts frequent. */
  private static final int LEAST_SECONDS = 10;

  private final StateFolder folder;
  private final TimeSource time;
  private final Workers workers;

  // Of those who add.
  private Map<Metric, Minute> minute = new HashMap<>();
  private OptionalLong mostBytes = OptionalLong.empty();
  private long minuteOfClock;
  private boolean writing;
  private Set<Metric> kept = new HashSet<>();
  private long keptSinceNanos;
  private boolean toldOfDropped;

  // Of the one worker that writes.
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private @Nullable Shelf shelf;
  private long log;
  private long logSeconds;
  private boolean failed;
  private final Set<String> toldOfDamage = new HashSet<>();

  /** The samples of one series that are not written yet. */
  private static final class Minute {
    private final Track track = Track.ofSingles();
    private @Nullable Instant newest;
    private boolean shown;

    /** Many looks may show one sample. */
    void add(Sample sample) {
      shown = true;
      if (!sample.at().equals(newest)) {
        newest = sample.at();
        track.add(sample.at().getEpochSecond(), Rounding.code(sample.value()));
      }
    }
  }

  /** Keeps nothing until it is told {@link #keep} how much. */
  public HistoryWriter(StateStore store, TimeSource time, Workers workers) {
    this.folder = store.folder(FOLDER);
    this.time = time;
    this.workers = workers;
  }

  /** From now on, within so many bytes on disk; nothing any more if empty. */
  public synchronized void keep(OptionalLong bytes) {
    mostBytes = bytes;
    minuteOfClock = clockMinute();
    if (bytes.isEmpty()) {
      minute = new HashMap<>();
    }
  }

  /**
   * The samples of a look. Returns at once. A minute is written when the first look of another one
   * comes; so what is written together, and later in a file, are whole minutes of the clock.
   */
  public synchronized void add(List<Sample> samples) {
    if (mostBytes.isEmpty()) {
      return;
    }
    long now = clockMinute();
    if (now != minuteOfClock && !writing) {
      minuteOfClock = now;
      begin();
    }
    if (writing && Math.abs(now - minuteOfClock) > MINUTES_WAITING) {
      return; // the disk hangs: what comes meanwhile is not kept, or it would fill the memory
    }
    for (Sample sample : samples) {
      Minute one = minute.get(sample.metric());
      if (one == null) {
        if (!mayKeep(sample.metric())) {
          continue;
        }
        one = new Minute();
        minute.put(sample.metric(), one);
      }
      one.add(sample);
    }
  }

  private void begin() {
    Map<Metric, Minute> taken = take();
    writing = true;
    boolean started = false;
    try {
      workers.start("history", () -> write(taken));
      started = true;
    } finally {
      if (!started) {
        writing = false;
      }
    }
  }

  private long clockMinute() {
    return Math.floorDiv(time.now().getEpochSecond(), MINUTE_SECONDS);
  }

  private boolean mayKeep(Metric metric) {
    if (kept.contains(metric) || kept.size() < MOST_SERIES) {
      kept.add(metric);
      return true;
    }
    if (!toldOfDropped) {
      toldOfDropped = true;
      LOG.log(
          Level.WARNING,
          "the metric history keeps {0} series of an hour: {1} and what else is new are not kept",
          MOST_SERIES,
          metric);
    }
    return false;
  }

  /** A sample that is shown for minutes must not come twice. */
  private Map<Metric, Minute> take() {
    Map<Metric, Minute> taken = minute;
    minute = new HashMap<>();
    taken.forEach(
        (metric, before) -> {
          if (before.shown) {
            Minute next = new Minute();
            next.newest = before.newest;
            minute.put(metric, next);
          }
        });
    if (time.monotonicNanos() - keptSinceNanos >= HOUR_SECONDS * 1_000_000_000L) {
      keptSinceNanos = time.monotonicNanos();
      kept = new HashSet<>(minute.keySet()); // another hour may have others
    }
    return taken;
  }

  private void write(Map<Metric, Minute> taken) {
    try {
      write(encoded(taken));
    } finally {
      synchronized (this) {
        writing = false;
      }
    }
  }

  private static List<byte[]> encoded(Map<Metric, Minute> taken) {
    Map<String, Track> tracks = new TreeMap<>();
    taken.forEach(
        (metric, one) -> {
          if (one.track.size() > 0) {
            tracks.put(metric.toString(), one.track.inOrder());
          }
        });
    return tracks.isEmpty() ? List.of() : List.of(Block.bytes(Tier.LOG.step(), tracks));
  }

  private void write(List<byte[]> blocks) {
    waiting.addAll(blocks);
    while (waiting.size() > MINUTES_WAITING) {
      waiting.removeFirst();
    }
    OptionalLong most;
    synchronized (this) {
      most = mostBytes;
    }
    if (most.isEmpty()) {
      waiting.clear();
      shelf = null;
      return;
    }
    try {
      writeWaiting(most.getAsLong());
      if (failed) {
        LOG.log(Level.INFO, "the metric history is written again");
      }
      failed = false;
    } catch (HealingException e) {
      shelf = null; // what is on disk now is unknown: it is looked at before the next write
      if (!failed) {
        LOG.log(
            Level.WARNING,
            "the metric history is not written, and nothing else depends on it; it is tried again"
                + " every minute: {0}",
            e.getMessage());
      }
      failed = true;
    }
  }

  private void writeWaiting(long most) {
    Shelf files = shelf;
    if (files == null || files.mostBytes() != most) {
      files = new Shelf(folder, most);
      files.tidy();
      openLog(files);
      shelf = files;
    }
    while (!waiting.isEmpty()) {
      byte[] block = waiting.element();
      sealWhatIsFull(files, block.length);
      files.append(Tier.LOG, log, block);
      logSeconds += seconds(Block.at(block, 0).orElseThrow());
      waiting.remove();
    }
  }

  /** Goes on with the newest log, without what a crash has left torn at its end. */
  private void openLog(Shelf files) {
    log = files.newest(Tier.LOG);
    logSeconds = 0;
    for (long older : new ArrayList<>(files.of(Tier.LOG).headMap(log).keySet())) {
      new Sealing(files, this::damaged).hour(older);
    }
    long sealed =
        Math.max(
            files.newest(Tier.SECONDS),
            Math.max(files.newest(Tier.TENS), files.newest(Tier.MINUTES)));
    if (log <= sealed) {
      if (log >= 0) {
        files.delete(Tier.LOG, log); // a crash came between both: all of it is in the other
      }
      log = sealed + 1;
      return;
    }
    byte[] bytes = folder.read(Tier.LOG.file(log), 0, Sealing.LOG_READ).orElse(new byte[0]);
    Block.Scan scan = Block.scan(bytes);
    if (scan.end() < bytes.length) {
      files.cut(Tier.LOG, log, scan.end());
    }
    scan.blocks().forEach(block -> logSeconds += seconds(block));
  }

  /** What a block counts towards an hour. */
  private static long seconds(Block block) {
    long span = Math.min(HOUR_SECONDS, block.last() - block.first() + 1);
    return span <= LEAST_SECONDS
        ? LEAST_SECONDS
        : (span + MINUTE_SECONDS - 1) / MINUTE_SECONDS * MINUTE_SECONDS;
  }

  private void sealWhatIsFull(Shelf files, int more) {
    Sealing sealing = new Sealing(files, this::damaged);
    long bytes = files.bytes(Tier.LOG);
    long mostLog = Math.min(Sealing.MOST_LOG_BYTES, files.mostBytes() / 16);
    if (bytes > 0 && (logSeconds >= HOUR_SECONDS || bytes + more > mostLog)) {
      sealing.hour(log);
      log++;
      logSeconds = 0;
    }
    if (files.of(Tier.SECONDS).tailMap(files.covered(), false).size() >= DAY_HOURS
        || files.crowded()) {
      sealing.day();
    }
    files.expire();
  }

  /** Once for each place. */
  private void damaged(String what) {
    if (toldOfDamage.size() < 100 && toldOfDamage.add(what)) {
      LOG.log(Level.WARNING, "metric history in {0}: {1}", folder.location(), what);
    }
  }

  /** Writes what was collected since the last minute, unless that one is still being written. */
  @Override
  public void close() {
    Map<Metric, Minute> taken;
    synchronized (this) {
      if (mostBytes.isEmpty() || writing) {
        return;
      }
      writing = true;
      taken = take();
    }
    write(taken);
    keep(OptionalLong.empty());
  }
}
