package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HostException;
import dev.healing.runner.http.HttpSettings;
import dev.healing.runner.notify.NotifySettings;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads a configuration file: YAML 1.2 (and so JSON) into nodes that know file and line.
 *
 * <p>Anchors, aliases and tags are refused: a configuration of one page does not need them, and
 * without them a file cannot be larger than it looks.
 */
final class YamlConfiguration {
  /** The largest file that is read. */
  static final int MAX_BYTES = 1 << 20;

  private static final int MAX_DEPTH = 32;

  private final String file;
  private final Set<String> problems = new LinkedHashSet<>();

  private YamlConfiguration(String file) {
    this.file = file;
  }

  /**
   * The configuration in this file. What is wrong in it is among its problems.
   *
   * @throws ConfigurationException if it cannot be read or is not well formed
   */
  static Configuration read(Path file) {
    String name = file.toString();
    byte[] bytes;
    if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe might never end
      throw wrong(name + ": cannot be read: it is no file: expected YAML or JSON");
    }
    try (InputStream in = Files.newInputStream(file)) {
      refuseIfOthersCanWrite(file);
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw wrong(name + ": there is no such file");
    } catch (AccessDeniedException e) {
      throw wrong(name + ": may not be read by this user: mend its permissions, or run as root");
    } catch (IOException e) {
      throw wrong(name + ": cannot be read: " + HostException.reason(e));
    }
    if (bytes.length > MAX_BYTES) {
      throw wrong(name + ": larger than 1 MiB: expected a configuration of a few pages");
    }
    try {
      return parse(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), name);
    } catch (CharacterCodingException e) {
      throw wrong(name + ": not UTF-8: expected a text file in that encoding");
    }
  }

  /** Commands that it names are run as us. */
  private static void refuseIfOthersCanWrite(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    Set<PosixFilePermission> permissions = attributes.permissions();
    String owner = attributes.owner().getName();
    boolean ours = owner.equals("root") || owner.equals(System.getProperty("user.name"));
    // A group of the owner's own, as many systems make one for each user, is nobody else.
    boolean groupWrites =
        permissions.contains(PosixFilePermission.GROUP_WRITE)
            && !attributes.group().getName().equals(owner);
    if (!ours || groupWrites || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw wrong(
          file
              + ": is refused, because somebody else can write it, and what it says is done as us:"
              + " expected owned by root or by us, and writable by nobody else (chmod go-w)");
    }
  }

  /**
   * The configuration in this text. Keys that are written twice, tags and the like are among its
   * problems, so that they hide none of those that the reader of a value will find.
   *
   * @param file for messages
   * @throws ConfigurationException if it is not well formed; with nothing else, whatever the text
   */
  static Configuration parse(String text, String file) {
    if (text.length() > MAX_BYTES) {
      throw wrong(file + ": larger than 1 MiB: expected a configuration of a few pages");
    }
    YamlConfiguration reader = new YamlConfiguration(file);
    Optional<Node> root;
    try {
      root = reader.compose(text);
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      throw wrong(reader.place(mark) + ": " + explained(e) + ": expected YAML or JSON");
    } catch (YamlEngineException | StackOverflowError | IllegalArgumentException e) {
      String why = e.getMessage() == null ? "nested too deeply" : firstLine(e.getMessage());
      throw wrong(file + ": " + why + ": expected YAML or JSON");
    }
    if (root.isEmpty() || isNull(root.get())) {
      Configuration.Node nothing = new Configuration.Node(null, file);
      return asked(Configuration.of(nothing, List.copyOf(reader.problems)));
    }
    if (!(root.get() instanceof MappingNode)) {
      throw wrong(
          reader.place(root.get().getStartMark())
              + ": "
              + (root.get() instanceof SequenceNode ? "a list" : "a single value")
              + ": expected keys and values, like 'autonomy: auto'");
    }
    Configuration.Node converted = reader.convert(root.get(), 0);
    return asked(Configuration.of(converted, List.copyOf(reader.problems)));
  }

  /** What is the runner's own: no engine asks for it, so it would be unknown. */
  private static Configuration asked(Configuration configuration) {
    Optional<HttpSettings> http = HttpSettings.read(configuration, Optional.empty());
    NotifySettings notify = NotifySettings.read(configuration);
    return configuration;
  }

  private Optional<Node> compose(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setAllowDuplicateKeys(true) // found by convert(), which knows all the lines
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(MAX_BYTES) // convert() goes into none, and names the line
            .setCodePointLimit(MAX_BYTES)
            .build();
    ParserImpl parser =
        new ParserImpl(settings, new StreamReader(settings, text)) {
          @Override
          public Event next() { // a node does not tell whether its tag was written
            Event event = super.next();
            refuseTag(event);
            return event;
          }
        };
    Iterator<Node> documents = new Composer(settings, parser);
    if (!documents.hasNext()) {
      return Optional.empty();
    }
    Node first = documents.next();
    if (documents.hasNext()) {
      Node second = documents.next();
      throw wrong(
          place(second.getStartMark()) + ": a second document begins: expected only one in a file");
    }
    return Optional.of(first);
  }

  private void refuseTag(Event event) {
    Optional<String> tag = Optional.empty();
    if (event instanceof ScalarEvent scalar) {
      tag = scalar.getTag();
    } else if (event instanceof CollectionStartEvent collection) {
      tag = collection.getTag();
    }
    tag.ifPresent(
        written ->
            problem(place(event.getStartMark()), "the tag '" + written + "'", "a plain value"));
  }

  private Configuration.Node convert(Node node, int depth) {
    String place = place(node.getStartMark());
    if (depth > MAX_DEPTH) {
      problem(place, "nested more than " + MAX_DEPTH + " levels deep", "a flatter file");
      return new Configuration.Node(null, place);
    }
    if (node.getAnchor().isPresent()) {
      problem(
          place,
          "the anchor '&" + node.getAnchor().get().getValue() + "'",
          "the value itself wherever it is needed");
      return new Configuration.Node(null, place);
    }
    if (node.getNodeType() == NodeType.MAPPING) {
      return new Configuration.Node(mapping((MappingNode) node, depth), place);
    }
    if (node.getNodeType() == NodeType.SEQUENCE) {
      List<Configuration.Node> elements = new ArrayList<>();
      for (Node element : ((SequenceNode) node).getValue()) {
        elements.add(convert(element, depth + 1));
      }
      return new Configuration.Node(List.copyOf(elements), place);
    }
    return new Configuration.Node(scalar((ScalarNode) node), place);
  }

  private Map<String, Configuration.Node> mapping(MappingNode mapping, int depth) {
    Map<String, Configuration.Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String place = place(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problem(place, "a key that is a list or a section", "a name before the colon");
        continue;
      }
      Configuration.Node before = entries.get(key.getValue());
      if (before != null) {
        problem(
            place,
            "'" + key.getValue() + "' is written twice, first at " + before.place(),
            "each key once");
        continue;
      }
      Configuration.Node value = convert(tuple.getValueNode(), depth + 1);
      // The line of the key is where a person looks, also when the value begins on the next one.
      entries.put(key.getValue(), new Configuration.Node(value.value(), place));
    }
    return entries;
  }

  private static @Nullable Object scalar(ScalarNode node) {
    Tag tag = node.getTag();
    String text = node.getValue();
    if (tag.equals(Tag.NULL)) {
      return null;
    }
    if (tag.equals(Tag.BOOL)) {
      return text.equalsIgnoreCase("true");
    }
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return number(text);
    }
    return text;
  }

  /** Numbers that Java has no plain one for (0o17, .inf) stay what was written. */
  private static Object number(String text) {
    try {
      BigDecimal exact = new BigDecimal(text);
      if (exact.scale() <= 0 && exact.precision() - exact.scale() < 19) {
        return exact.longValueExact();
      }
      double value = exact.doubleValue();
      return Double.isFinite(value) && text.length() < 18 ? (Object) value : text;
    } catch (ArithmeticException | NumberFormatException e) {
      return text;
    }
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  private void problem(String place, String what, String expected) {
    problems.add(place + ": " + what + ": expected " + expected);
  }

  private String place(Optional<Mark> mark) {
    return mark.map(m -> file + ":" + (m.getLine() + 1)).orElse(file);
  }

  private static String explained(MarkedYamlEngineException e) {
    String problem = e.getProblem() == null ? "not well formed" : firstLine(e.getProblem());
    if (problem.contains("'\\t'") || problem.contains("\\t(TAB)")) {
      return "a tab where only spaces may indent";
    }
    return e.getContext() == null ? problem : firstLine(e.getContext()) + ", " + problem;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("").strip();
  }

  private static ConfigurationException wrong(String problem) {
    return new ConfigurationException(List.of(problem));
  }
}
