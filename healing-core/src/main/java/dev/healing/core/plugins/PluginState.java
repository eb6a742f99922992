package dev.healing.core.plugins;

import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A plugin's own files: its kind and name stand before the name that it gives to a file. So it can
 * neither reach the engine's files nor another plugin's, and need not know their names.
 *
 * @param store where the files are
 * @param owner {@code kind.name}; a name has no dot in it
 */
record PluginState(StateStore store, String owner) implements StateStore {
  /**
   * Whose files are documented under names of their own, and how those begin. What throttles, what
   * notices that it need not be any more, and what lifts it share one.
   */
  private static final Map<String, String> DOCUMENTED =
      Map.of(
          "knowledge.json", "knowledge.",
          "action.rollback_generation", "rollbacks.",
          "action.throttle_service", "throttles.json",
          "action.lift_throttle", "throttles.json",
          "detector.throttled_calm", "throttles.json");

  /** Which probes have been satisfied: a detector of any name finds out, and actions rest on it. */
  private static final String OF_PROBES = "satisfied.";

  private String own(String file) {
    boolean documented =
        file.startsWith(OF_PROBES)
            || Optional.ofNullable(DOCUMENTED.get(owner)).filter(file::startsWith).isPresent();
    return documented ? file : owner + "." + file;
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public Optional<String> trouble() {
    return store.trouble();
  }

  @Override
  public Lines lines(String file) {
    return store.lines(own(file));
  }

  @Override
  public List<String> lines(String file, int longest, Consumer<String> reader) {
    return store.lines(own(file), longest, reader);
  }

  @Override
  public void append(String file, List<String> jsonObjects) {
    store.append(own(file), jsonObjects);
  }

  @Override
  public void rewrite(String file, List<String> jsonObjects) {
    store.rewrite(own(file), jsonObjects);
  }

  @Override
  public long size(String file) {
    return store.size(own(file));
  }

  @Override
  public Document document(String file) {
    return store.document(own(file));
  }

  @Override
  public void replace(String file, List<String> parts) {
    store.replace(own(file), parts);
  }

  @Override
  public <T> Made<T> document(String file, Function<Text, T> reader) {
    return store.document(own(file), reader);
  }

  @Override
  public <T> Optional<T> copyBefore(String file, Function<Text, T> reader) {
    return store.copyBefore(own(file), reader);
  }

  @Override
  public void replace(String file, String jsonObject) {
    store.replace(own(file), jsonObject);
  }

  @Override
  public boolean exists(String file) {
    return store.exists(own(file));
  }

  @Override
  public Optional<String> readPlain(String file) {
    return store.readPlain(own(file));
  }

  @Override
  public void writePlain(String file, String content) {
    store.writePlain(own(file), content);
  }

  @Override
  public void delete(String file) {
    store.delete(own(file));
  }

  @Override
  public void rename(String file, String to) {
    store.rename(own(file), own(to));
  }

  @Override
  public StateFolder folder(String name) {
    return store.folder(own(name));
  }
}
