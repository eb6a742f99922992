package dev.healing.testkit;

import dev.healing.spi.StateFolder;
import dev.healing.spi.StateStore;
import java.util.List;
import java.util.Optional;

/** A store that is another one, to be different, or wrong, in what is overridden. */
public abstract class StoreAround implements StateStore {
  private final StateStore store;

  /** Around this one. */
  protected StoreAround(StateStore store) {
    this.store = store;
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public Lines lines(String file) {
    return store.lines(file);
  }

  @Override
  public void append(String file, List<String> jsonObjects) {
    store.append(file, jsonObjects);
  }

  @Override
  public void rewrite(String file, List<String> jsonObjects) {
    store.rewrite(file, jsonObjects);
  }

  @Override
  public long size(String file) {
    return store.size(file);
  }

  @Override
  public Document document(String file) {
    return store.document(file);
  }

  @Override
  public void replace(String file, String jsonObject) {
    store.replace(file, jsonObject);
  }

  @Override
  public boolean exists(String file) {
    return store.exists(file);
  }

  @Override
  public Optional<String> readPlain(String file) {
    return store.readPlain(file);
  }

  @Override
  public void writePlain(String file, String content) {
    store.writePlain(file, content);
  }

  @Override
  public void delete(String file) {
    store.delete(file);
  }

  @Override
  public void rename(String file, String to) {
    store.rename(file, to);
  }

  @Override
  public StateFolder folder(String name) {
    return store.folder(name);
  }
}
