package dev.healing.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was imported, and what of it waits for a problem of which only the short hash is known to
 * show up here.
 */
final class Seeds {
  private final List<KnowledgeFile.Import> imports;
  private final SortedMap<String, SortedMap<String, Imported>> byHash = new TreeMap<>();

  Seeds(List<KnowledgeFile.Import> imports, Map<String, SortedMap<String, Imported>> seeds) {
    this.imports = new ArrayList<>(imports);
    seeds.forEach((hash, actions) -> byHash.put(hash, new TreeMap<>(actions)));
  }

  List<KnowledgeFile.Import> imports() {
    return List.copyOf(imports);
  }

  void imported(KnowledgeFile.Import one) {
    imports.add(one);
  }

  boolean waiting() {
    return !byHash.isEmpty();
  }

  @Nullable Map<String, Imported> of(String hash) {
    return byHash.get(hash);
  }

  void add(String hash, Map<String, Imported> evidence) {
    Map<String, Imported> known = byHash.computeIfAbsent(hash, h -> new TreeMap<>());
    evidence.forEach((action, more) -> known.merge(action, more, Imported::plus));
  }

  SortedMap<String, SortedMap<String, Imported>> file() {
    SortedMap<String, SortedMap<String, Imported>> all = new TreeMap<>();
    byHash.forEach((hash, actions) -> all.put(hash, new TreeMap<>(actions)));
    return all;
  }
}
