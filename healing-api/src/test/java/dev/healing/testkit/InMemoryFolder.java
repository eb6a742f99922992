package dev.healing.testkit;

import dev.healing.api.HostException;
import dev.healing.spi.StateFolder;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Files of bytes in memory, with the crashes and damage that a real disk has. Made by {@link
 * InMemoryStateStore#folder}, whose crashes and refusals hold here too. Safe for several threads.
 */
public final class InMemoryFolder implements StateFolder {
  private final SortedMap<String, byte[]> files = new TreeMap<>();
  private final Runnable beforeRead;
  private final Consumer<String> beforeWrite;
  private final Consumer<String> crash;
  private long bytesUntilCrash = Long.MAX_VALUE;
  private long most;

  InMemoryFolder(Runnable beforeRead, Consumer<String> beforeWrite, Consumer<String> crash) {
    this.beforeRead = beforeRead;
    this.beforeWrite = beforeWrite;
    this.crash = crash;
  }

  /**
   * The write that comes to this many bytes from now is cut there and throws {@link
   * SimulatedCrash}, as does all access after it until {@link InMemoryStateStore#restart}. Whatever
   * else changes a file counts as one byte, and happens or not as a whole.
   */
  public synchronized void crashAfterBytes(long bytes) {
    bytesUntilCrash = bytes;
  }

  /** The most bytes that there ever were in all files together. */
  public synchronized long most() {
    return most;
  }

  /** What is in a file. */
  public synchronized byte[] content(String file) {
    return files.getOrDefault(file, new byte[0]).clone();
  }

  /** Puts something else in a file, as damage does. */
  public synchronized void put(String file, byte[] content) {
    files.put(file, content.clone());
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public synchronized SortedMap<String, Long> sizes() {
    beforeRead.run();
    SortedMap<String, Long> sizes = new TreeMap<>();
    files.forEach((name, content) -> sizes.put(name, (long) content.length));
    return sizes;
  }

  @Override
  public synchronized Optional<byte[]> read(String file, long from, int atMost) {
    beforeRead.run();
    byte[] content = files.get(file);
    if (content == null) {
      return Optional.empty();
    }
    int begin = (int) Math.min(from, content.length);
    return Optional.of(
        Arrays.copyOfRange(content, begin, (int) Math.min(content.length, (long) begin + atMost)));
  }

  @Override
  public synchronized void append(String file, byte[] bytes) {
    beforeWrite.accept("append to " + file);
    byte[] before = files.getOrDefault(file, new byte[0]);
    int more = (int) Math.min(bytes.length, bytesUntilCrash);
    byte[] after = Arrays.copyOf(before, before.length + more);
    System.arraycopy(bytes, 0, after, before.length, more);
    files.put(file, after);
    most = Math.max(most, files.values().stream().mapToLong(content -> content.length).sum());
    spend(bytes.length, "append to " + file);
  }

  @Override
  public synchronized void publish(String file, String as) {
    beforeWrite.accept("publish " + as);
    byte[] content = files.remove(file);
    if (content == null) {
      throw new HostException(file + ": there is no such file");
    }
    files.put(as, content);
    spend(1, "publish " + as);
  }

  @Override
  public synchronized void cut(String file, long bytes) {
    beforeWrite.accept("cut " + file);
    files.computeIfPresent(
        file, (name, content) -> Arrays.copyOf(content, (int) Math.min(bytes, content.length)));
    spend(1, "cut " + file);
  }

  @Override
  public synchronized void delete(String file) {
    beforeWrite.accept("delete " + file);
    if (files.remove(file) != null) {
      spend(1, "delete " + file);
    }
  }

  private void spend(long bytes, String what) {
    bytesUntilCrash -= bytes;
    if (bytesUntilCrash <= 0) {
      bytesUntilCrash = Long.MAX_VALUE;
      crash.accept(what);
    }
  }
}
