package dev.healing.core.replay;

import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * State in memory, gone with the replay: so none is left behind, however that ends. Of a file that
 * nobody reads again not even that is kept, nor put into words.
 */
final class ReplayState implements StateStore {
  private final Set<String> notKept;
  private final Map<String, Appended> appended = new HashMap<>();
  private final Map<String, String> documents = new HashMap<>();
  private final Map<String, String> plain = new HashMap<>();

  /** A file of lines, and how many bytes they have together. */
  private static final class Appended {
    final List<String> lines = new ArrayList<>();
    long bytes;

    Appended with(List<String> more) {
      lines.addAll(more);
      more.forEach(line -> bytes += bytes(line) + 1);
      return this;
    }
  }

  /** Nothing yet; files that are not kept stay empty. */
  ReplayState(Set<String> notKept) {
    this.notKept = notKept;
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public synchronized Lines lines(String file) {
    Appended one = appended.get(file);
    return new Lines(one == null ? List.of() : one.lines, List.of());
  }

  @Override
  public synchronized void append(String file, List<String> jsonObjects) {
    if (!notKept.contains(file)) {
      appended.computeIfAbsent(file, name -> new Appended()).with(jsonObjects);
    }
  }

  @Override
  public synchronized void rewrite(String file, List<String> jsonObjects) {
    appended.put(file, new Appended().with(jsonObjects));
  }

  @Override
  public synchronized long size(String file) {
    Appended one = appended.get(file);
    return (one == null ? 0 : one.bytes)
        + bytes(documents.getOrDefault(file, ""))
        + bytes(plain.getOrDefault(file, ""));
  }

  @Override
  public synchronized Document document(String file) {
    return new Document(Optional.ofNullable(documents.get(file)), Optional.empty());
  }

  @Override
  public synchronized void replace(String file, String jsonObject) {
    documents.put(file, jsonObject);
  }

  @Override
  public synchronized boolean exists(String file) {
    return appended.containsKey(file) || documents.containsKey(file) || plain.containsKey(file);
  }

  @Override
  public synchronized Optional<String> readPlain(String file) {
    return Optional.ofNullable(plain.get(file));
  }

  @Override
  public synchronized void writePlain(String file, String content) {
    plain.put(file, content);
  }

  @Override
  public synchronized void delete(String file) {
    appended.remove(file);
    documents.remove(file);
    plain.remove(file);
  }

  @Override
  public synchronized void rename(String file, String to) {
    Optional.ofNullable(appended.remove(file)).ifPresent(lines -> appended.put(to, lines));
    Optional.ofNullable(documents.remove(file)).ifPresent(text -> documents.put(to, text));
    Optional.ofNullable(plain.remove(file)).ifPresent(text -> plain.put(to, text));
  }

  @Override
  public StateFolder folder(String name) {
    return new NoFolder(name);
  }

  /** Bulk data can be lost without harm: it is not kept at all. */
  private record NoFolder(String name) implements StateFolder {
    @Override
    public String location() {
      return "memory";
    }

    @Override
    public SortedMap<String, Long> sizes() {
      return Collections.emptySortedMap();
    }

    @Override
    public Optional<byte[]> read(String file, long from, int most) {
      return Optional.empty();
    }

    @Override
    public void append(String file, byte[] bytes) {
      throw ReplayHost.notInTrace("a place for " + name + "/" + file);
    }

    @Override
    public void publish(String file, String as) {
      throw ReplayHost.notInTrace("a place for " + name + "/" + file);
    }

    @Override
    public void cut(String file, long bytes) {}

    @Override
    public void delete(String file) {}
  }
}
