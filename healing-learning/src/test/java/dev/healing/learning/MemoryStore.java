package dev.healing.learning;

import dev.healing.api.HostException;
import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * State in memory, which outlives a knowledge base and can die, or refuse to work, at any step of a
 * change: before it, in the middle where it has one, or after it without anybody being told.
 */
final class MemoryStore implements StateStore {
  /** The machine lost power. Not an exception of ours, so nobody catches it. */
  static final class PowerLoss extends Error {
    private static final long serialVersionUID = 1L;
  }

  final Map<String, List<String>> lines = new HashMap<>();
  final Map<String, String> documents = new HashMap<>();
  final Map<String, String> copies = new HashMap<>();
  final Map<String, Long> largerBy = new HashMap<>();
  final List<String> damagedLines = new ArrayList<>();
  Optional<String> documentProblem = Optional.empty();
  boolean broken;
  boolean unreadable;

  /** At which step to die; negative for never. */
  long dieAtStep = -1;

  long steps;
  int appends;
  int replaces;

  @Override
  public String location() {
    return "/state";
  }

  @Override
  public Lines lines(String file) {
    refuseToRead();
    return new Lines(
        lines.getOrDefault(file, List.of()),
        file.endsWith("journal.jsonl") ? damagedLines : List.of());
  }

  @Override
  public void append(String file, List<String> jsonObjects) {
    step();
    List<String> target = lines.computeIfAbsent(file, f -> new ArrayList<>());
    for (String line : jsonObjects) {
      target.add(line);
      step();
    }
    appends++;
  }

  @Override
  public void rewrite(String file, List<String> jsonObjects) {
    step();
    lines.put(file, new ArrayList<>(jsonObjects));
    step();
  }

  @Override
  public long size(String file) {
    long more = largerBy.getOrDefault(file, 0L);
    return more + lines.getOrDefault(file, List.of()).stream().mapToLong(String::length).sum();
  }

  @Override
  public Document document(String file) {
    refuseToRead();
    Optional<String> content =
        Optional.ofNullable(documents.get(file)).or(() -> Optional.ofNullable(copies.get(file)));
    return new Document(content, documentProblem);
  }

  @Override
  public <T> Optional<T> copyBefore(String file, Function<Text, T> reader) {
    return Optional.ofNullable(copies.get(file))
        .map(text -> reader.apply(() -> new StringReader(text)));
  }

  @Override
  public void replace(String file, String jsonObject) {
    step();
    if (documents.containsKey(file)) {
      copies.put(file, documents.get(file));
    }
    documents.put(file, jsonObject);
    replaces++;
    step();
  }

  @Override
  public boolean exists(String file) {
    return lines.containsKey(file) || documents.containsKey(file);
  }

  @Override
  public Optional<String> readPlain(String file) {
    throw new AssertionError("not used");
  }

  @Override
  public void writePlain(String file, String content) {
    throw new AssertionError("not used");
  }

  @Override
  public void delete(String file) {
    step();
    lines.remove(file);
    documents.remove(file);
    step();
  }

  @Override
  public void rename(String file, String to) {
    step();
    if (lines.containsKey(file)) {
      lines.put(to, lines.remove(file));
    }
    if (documents.containsKey(file)) {
      documents.put(to, documents.remove(file));
    }
    step();
  }

  @Override
  public StateFolder folder(String name) {
    throw new HostException(name + ": a knowledge base has no folders");
  }

  private void step() {
    if (broken) {
      throw new HostException("No space left on device");
    }
    if (steps++ == dieAtStep) {
      throw new PowerLoss();
    }
  }

  private void refuseToRead() {
    if (unreadable) {
      throw new HostException("Input/output error");
    }
  }
}
