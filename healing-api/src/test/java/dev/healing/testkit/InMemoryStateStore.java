package dev.healing.testkit;

import dev.healing.api.HostException;
import dev.healing.spi.StateStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Durable state in memory, with the crashes, full disks and damage that a real disk has.
 *
 * <p>The object is the disk: it survives the engine, which is made anew with the same store. Safe
 * for several threads.
 */
public final class InMemoryStateStore implements StateStore {
  /** When a crash comes, seen from the write that it hits. */
  public enum Moment {
    /** Nothing of it was written. */
    BEFORE,
    /** An append left some lines and a torn one; anything atomic did not happen. */
    HALFWAY,
    /** It is durable, and nobody was told. */
    AFTER
  }

  private enum Condition {
    GOOD,
    TORN,
    DAMAGED
  }

  private record Line(String text, Condition condition) {}

  private record Versions(String newest, Optional<String> before, boolean damaged) {}

  /** A file of lines, and how many characters they have together. */
  private static final class Appended {
    final List<Line> lines = new ArrayList<>();
    long size;

    void add(String text, Condition condition) {
      lines.add(new Line(text, condition));
      size += text.length() + 1;
    }

    void cutTorn() {
      int last = lines.size() - 1;
      if (last >= 0 && lines.get(last).condition() == Condition.TORN) {
        size -= lines.remove(last).text().length() + 1;
      }
    }
  }

  private final Map<String, Appended> appended = new HashMap<>();
  private final Map<String, Versions> documents = new HashMap<>();
  private final Map<String, String> plain = new HashMap<>();
  private final Map<String, InMemoryFolder> folders = new HashMap<>();
  private final Runnable beforeEach;
  private Random random = new Random(0);
  private Moment moment = Moment.BEFORE;
  private long writesUntilCrash = Long.MAX_VALUE;
  private long writes;
  private boolean crashed;
  private Optional<String> refusal = Optional.empty();

  /** An empty, healthy disk. */
  public InMemoryStateStore() {
    this(() -> {});
  }

  InMemoryStateStore(Runnable beforeEach) {
    this.beforeEach = beforeEach;
  }

  /**
   * The nth write from now throws {@link SimulatedCrash}, and so does all access after it, until
   * {@link #restart}.
   *
   * @param nth from 1
   * @param seed chooses how many lines of an append get through
   */
  public synchronized void crashAfter(int nth, Moment when, long seed) {
    if (nth < 1) {
      throw new IllegalArgumentException("crash at write " + nth + ": expected 1 or more");
    }
    writesUntilCrash = nth;
    moment = when;
    random = new Random(seed);
  }

  /** The same, with the moment chosen by the seed too. */
  public void crashAfter(int nth, long seed) {
    crashAfter(nth, Moment.values()[new Random(seed).nextInt(Moment.values().length)], seed);
  }

  /** A new process: a crash that has happened or was ordered is over. */
  public synchronized void restart() {
    crashed = false;
    writesUntilCrash = Long.MAX_VALUE;
    folders.values().forEach(folder -> folder.crashAfterBytes(Long.MAX_VALUE));
  }

  /** Whether the ordered crash has come. */
  public synchronized boolean crashed() {
    return crashed;
  }

  /** Every write fails from now on, as on a full disk. */
  public synchronized void failWrites(String reason) {
    refusal = Optional.of(reason);
  }

  /** Writes work again. */
  public synchronized void healWrites() {
    refusal = Optional.empty();
  }

  /** How many writes were tried. */
  public synchronized long writes() {
    return writes;
  }

  /**
   * Damages a line of an appended file, or a document as a whole.
   *
   * @param line from 1; without meaning for a document
   * @throws IllegalArgumentException if there is no such line
   */
  public synchronized void damage(String file, int line) {
    Versions document = documents.get(file);
    if (document != null) {
      documents.put(file, new Versions(document.newest(), document.before(), true));
      return;
    }
    List<Line> lines = appended.getOrDefault(file, new Appended()).lines;
    if (line < 1 || line > lines.size()) {
      throw new IllegalArgumentException(
          "damage line " + line + " of " + file + ": it has " + lines.size() + " lines");
    }
    lines.set(line - 1, new Line(lines.get(line - 1).text(), Condition.DAMAGED));
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public synchronized Lines lines(String file) {
    read();
    Appended read = appended.getOrDefault(file, new Appended());
    read.cutTorn();
    List<Line> all = read.lines;
    List<String> good = new ArrayList<>();
    List<String> damaged = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).condition() == Condition.GOOD) {
        good.add(all.get(i).text());
      } else {
        damaged.add(file + ":" + (i + 1) + ": checksum does not match");
      }
    }
    return new Lines(good, damaged);
  }

  @Override
  public synchronized void append(String file, List<String> jsonObjects) {
    List<String> texts = List.copyOf(jsonObjects); // as on disk: one that makes no text leaves none
    Appended lines = appended.computeIfAbsent(file, name -> new Appended());
    write(
        "append to " + file,
        () -> {
          lines.cutTorn();
          texts.forEach(text -> lines.add(text, Condition.GOOD));
        },
        () -> {
          lines.cutTorn();
          int whole = random.nextInt(Math.max(1, texts.size()));
          texts.stream().limit(whole).forEach(t -> lines.add(t, Condition.GOOD));
          lines.add("torn", Condition.TORN);
        });
  }

  @Override
  public synchronized void rewrite(String file, List<String> jsonObjects) {
    Appended lines = new Appended();
    jsonObjects.forEach(text -> lines.add(text, Condition.GOOD));
    write("rewrite " + file, () -> appended.put(file, lines));
  }

  @Override
  public synchronized long size(String file) {
    read();
    long bytes = appended.getOrDefault(file, new Appended()).size;
    Versions document = documents.get(file);
    bytes += document == null ? 0 : document.newest().length();
    return bytes + plain.getOrDefault(file, "").length();
  }

  @Override
  public synchronized Document document(String file) {
    read();
    Versions versions = documents.get(file);
    if (versions == null) {
      return new Document(Optional.empty(), Optional.empty());
    }
    if (!versions.damaged()) {
      return new Document(Optional.of(versions.newest()), Optional.empty());
    }
    plain.put(file + ".damaged", versions.newest());
    documents.remove(file);
    versions.before().ifPresent(b -> documents.put(file, new Versions(b, Optional.empty(), false)));
    return new Document(
        versions.before(),
        Optional.of(file + ": checksum does not match; set aside as " + file + ".damaged"));
  }

  @Override
  public synchronized void replace(String file, String jsonObject) {
    write(
        "replace " + file,
        () -> {
          Optional<String> before = Optional.ofNullable(documents.get(file)).map(Versions::newest);
          documents.put(file, new Versions(jsonObject, before, false));
        });
  }

  @Override
  public synchronized boolean exists(String file) {
    read();
    return appended.containsKey(file) || documents.containsKey(file) || plain.containsKey(file);
  }

  @Override
  public synchronized Optional<String> readPlain(String file) {
    read();
    return Optional.ofNullable(plain.get(file));
  }

  @Override
  public synchronized void writePlain(String file, String content) {
    write("write " + file, () -> plain.put(file, content));
  }

  @Override
  public synchronized void delete(String file) {
    write("delete " + file, () -> remove(file));
  }

  private void remove(String file) {
    appended.remove(file);
    documents.remove(file);
    plain.remove(file);
  }

  @Override
  public synchronized void rename(String file, String to) {
    write(
        "rename " + file,
        () -> {
          Appended lines = appended.get(file);
          Versions document = documents.get(file);
          String text = plain.get(file);
          remove(file);
          remove(to);
          if (lines != null) {
            appended.put(to, lines);
          }
          if (document != null) {
            documents.put(to, document);
          }
          if (text != null) {
            plain.put(to, text);
          }
        });
  }

  /** Its writes are no writes of {@link #crashAfter}: it has crashes of its own. */
  @Override
  public synchronized InMemoryFolder folder(String name) {
    return folders.computeIfAbsent(
        name, n -> new InMemoryFolder(this::alive, this::refuse, this::crash));
  }

  private synchronized void alive() {
    read();
  }

  private synchronized void refuse(String what) {
    read();
    if (refusal.isPresent()) {
      throw new HostException(what + ": " + refusal.get());
    }
  }

  private synchronized void crash(String what) {
    crashed = true;
    throw new SimulatedCrash("in " + what);
  }

  private void read() {
    beforeEach.run();
    if (crashed) {
      throw new SimulatedCrash("earlier: this process is gone");
    }
  }

  private void write(String what, Runnable effect) {
    write(what, effect, () -> {});
  }

  private void write(String what, Runnable effect, Runnable half) {
    read();
    writes++;
    if (--writesUntilCrash == 0) {
      crashed = true;
      if (moment != Moment.BEFORE) {
        (moment == Moment.HALFWAY ? half : effect).run();
      }
      throw new SimulatedCrash(moment + " write " + writes + ", " + what);
    }
    if (refusal.isPresent()) {
      throw new HostException(what + ": " + refusal.get());
    }
    effect.run();
  }
}
