package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.healing.api.ConfigurationException;
import dev.healing.core.HealingEngine;
import dev.healing.core.PluginInfo;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is written for people stays true. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (?:`([^`]+)`|–) \\|.*");
  private static final Pattern UNKNOWN =
      Pattern.compile(".*: unknown key '(.*?)\\.?no_such_key': expected one of (.*)");
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- from (\\S+) -->\\n```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TAGGED =
      Pattern.compile("// tag::\\w+\\[]\\n(.*?) *// end::\\w+\\[]", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
  private static final Map<String, String> SECTIONS =
      Map.of(
          "sampler", "samplers",
          "detector", "detectors",
          "action", "actions",
          "guard", "guards",
          "planner", "planner",
          "knowledge", "knowledge",
          "trigger", "triggers",
          "listener", "listeners",
          "optimizer", "optimizer");

  /** What stands for any name in a documented key, with an example of one. */
  private static final Map<String, String> ANY =
      Map.of(
          "NAME", "",
          "MOUNT", "/mnt",
          "UNIT", "web",
          "LEVEL", "level",
          "PROBE", "probed",
          "RECEIVER", "receiver");

  private record Key(List<String> names) {
    static Key of(String dotted) {
      return new Key(List.of(dotted.split("\\.")));
    }

    Key first(int count) {
      return new Key(names.subList(0, count));
    }

    Key plus(String name) {
      return new Key(Stream.concat(names.stream(), Stream.of(name)).toList());
    }

    boolean general() {
      return names.stream().anyMatch(ANY::containsKey);
    }

    boolean endsInAny() {
      return ANY.containsKey(names.get(names.size() - 1));
    }

    Key example() {
      return new Key(names.stream().map(name -> ANY.getOrDefault(name, name)).toList());
    }

    /** Whether that one is this one, or a section that it is in. */
    boolean isIn(Key that) {
      if (that.names.size() > names.size()) {
        return false;
      }
      for (int i = 0; i < that.names.size(); i++) {
        if (!ANY.containsKey(names.get(i)) && !names.get(i).equals(that.names.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  private static Map<Key, Optional<String>> documented() throws IOException {
    Map<Key, Optional<String>> keys = new LinkedHashMap<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/configuration.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        keys.put(Key.of(row.group(1)), Optional.ofNullable(row.group(2)));
      }
    }
    assertThat(keys).as("rows of docs/configuration.md").hasSizeGreaterThan(40);
    return keys;
  }

  @Test
  void documentedDefaultsAreTaken(@TempDir Path state) throws IOException {
    Map<String, Object> file = new LinkedHashMap<>();
    documented()
        .forEach(
            (key, usual) -> usual.filter(v -> !key.general()).ifPresent(v -> put(file, key, v)));
    assertThat(check(file, state)).isNotEmpty();
  }

  @Test
  void keysAreDocumentedIfAndOnlyIfTheyAreAskedFor(@TempDir Path state) throws IOException {
    Set<Key> documented = documented().keySet();
    Set<Key> asked = asked(documented, state);
    assertThat(asked).contains(Key.of("limits.cooldown"), Key.of("actions.clean_disk.autonomy"));
    for (Key key : asked) {
      assertThat(documented)
          .as("%s is asked for: docs/configuration.md should have it", key)
          .anyMatch(row -> row.isIn(key));
    }
    for (Key row : documented) {
      Key key = row.endsInAny() ? row.first(row.names().size() - 1) : row;
      assertThat(asked)
          .as("%s is in docs/configuration.md: something should ask for it", row)
          .anyMatch(a -> a.names().size() == key.names().size() && key.isIn(a));
    }
  }

  /** A wrong key in every section is answered with the right ones. */
  private static Set<Key> asked(Set<Key> documented, Path state) {
    Map<String, Object> file = new LinkedHashMap<>();
    put(file, Key.of("no_such_key"), "1");
    put(file, Key.of("plugins.directory"), state.toString());
    put(file, Key.of("detectors.level.metric"), "no.such.metric");
    for (PluginInfo plugin : check(Map.of(), state)) {
      String section = SECTIONS.get(plugin.kind());
      put(file, Key.of(section).plus(plugin.name()).plus("no_such_key"), "1");
    }
    for (Key key : documented) {
      for (int depth = 1; depth < key.names().size(); depth++) {
        if (!key.first(depth).names().contains("NAME")) {
          put(file, key.first(depth).example().plus("no_such_key"), "1");
        }
      }
    }
    ConfigurationException wrong =
        catchThrowableOfType(ConfigurationException.class, () -> check(file, state));
    Set<Key> asked = new LinkedHashSet<>();
    for (String problem : wrong.problems()) {
      Matcher unknown = UNKNOWN.matcher(problem);
      if (unknown.matches()) {
        for (String name : unknown.group(2).split(", ")) {
          asked.add(Key.of(unknown.group(1).isEmpty() ? name : unknown.group(1) + "." + name));
        }
      }
    }
    return asked;
  }

  /** As check-config does it. */
  private static List<PluginInfo> check(Map<String, Object> file, Path state) {
    try (LinuxHost host = LinuxHost.observe(state);
        HealingEngine engine =
            HealingEngine.builder()
                .host(host)
                .configuration(YamlConfiguration.parse(yaml(file, ""), "documented.yaml"))
                .build()) {
      return engine.plugins();
    }
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> file, Key key, String value) {
    Map<String, Object> section = file;
    for (String name : key.first(key.names().size() - 1).names()) {
      section = (Map<String, Object>) section.computeIfAbsent(name, n -> new LinkedHashMap<>());
    }
    section.putIfAbsent(key.names().get(key.names().size() - 1), value);
  }

  @SuppressWarnings("unchecked")
  private static String yaml(Map<String, Object> section, String indent) {
    StringBuilder text = new StringBuilder();
    section.forEach(
        (name, value) ->
            text.append(indent)
                .append('"')
                .append(name)
                .append("\":")
                .append(
                    value instanceof Map
                        ? "\n" + yaml((Map<String, Object>) value, indent + "  ")
                        : " " + value + "\n"));
    return text.toString();
  }

  @Test
  void snippetsAreTheCompiledExamples() throws IOException {
    List<String> snippets = new ArrayList<>();
    for (Path page : pages()) {
      for (MatchResult snippet : SNIPPET.matcher(Files.readString(page)).results().toList()) {
        Matcher tagged = TAGGED.matcher(Files.readString(ROOT.resolve(snippet.group(1))));
        assertThat(tagged.find()).as("%s has a tagged part", snippet.group(1)).isTrue();
        assertThat(snippet.group(2))
            .as("the part of %s in %s", snippet.group(1), page)
            .isEqualTo(tagged.group(1).stripTrailing().stripIndent() + "\n");
        snippets.add(snippet.group(1));
      }
    }
    assertThat(snippets).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    for (Path page : pages()) {
      for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
        assertThat(page.resolveSibling(link.group(1))).as("link in %s", page).exists();
      }
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).sorted().toList();
    }
  }

  @Test
  void everyVerbHasItsJsonDescribed() throws IOException {
    String json = Files.readString(ROOT.resolve("docs/json.md"));
    for (Verb verb : Verbs.all()) {
      if (verb.reads()) {
        assertThat(json).as("docs/json.md").contains("## `" + verb.name());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"once", "status", "issues", "plugins", "opportunities", "knowledge show"})
  void everyMemberThatIsPrintedIsDescribed(String verb, @TempDir Path state) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String line = verb + " --json --state " + state;
    int exit =
        new Shell(new PrintStream(out, true, UTF_8), System.err, Map.of()).run(line.split(" "));
    assertThat(exit).isZero();
    String page = Files.readString(ROOT.resolve("docs/json.md"));
    String from = page.substring(page.indexOf("## `" + verb.split(" ")[0] + "`") + 3);
    String section = from.contains("\n## ") ? from.substring(0, from.indexOf("\n## ")) : from;
    for (String member : members(JsonText.read(out.toString(UTF_8)))) {
      assertThat(section).as("docs/json.md about %s", verb).containsPattern("\\b" + member + "\\b");
    }
  }

  private static Set<String> members(JsonNode json) {
    Set<String> names = new LinkedHashSet<>();
    if (json.isArray()) {
      json.forEach(element -> names.addAll(members(element)));
    } else {
      names.addAll(json.propertyNames());
    }
    return names;
  }

  @Test
  void everyActionIsDescribed(@TempDir Path state) throws IOException {
    String actions = Files.readString(ROOT.resolve("docs/actions.md"));
    for (PluginInfo plugin : check(Map.of(), state)) {
      if (plugin.kind().equals("action")) {
        assertThat(actions).as("docs/actions.md").contains("## `" + plugin.name() + "`");
      }
    }
  }
}
