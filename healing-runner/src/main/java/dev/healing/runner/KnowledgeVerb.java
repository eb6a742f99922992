package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.Pattern;
import dev.healing.core.EngineJson;
import dev.healing.core.HealingEngine;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.KnowledgeView;
import dev.healing.runner.text.Lines;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code knowledge (show|export|import FILE|restore FILE)}. */
final class KnowledgeVerb implements Verb {
  @Override
  public String name() {
    return "knowledge";
  }

  @Override
  public String summary() {
    return "What was learned: which remedy helped against what, and how often.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.oneOf(
        spec,
        List.of("show", "export", "import", "restore"),
        "In words, on one line to keep, what was kept elsewhere, or what was kept of this host.");
    Operands.second(
        spec,
        "FILE",
        "To import: an export of another host, or a seed with fixes and failures. To restore: an"
            + " export of this one.");
  }

  @Override
  public int run(Invocation invocation) {
    String how = invocation.operand().orElseThrow();
    Optional<String> file = invocation.secondOperand();
    switch (how) {
      case "show", "export" -> {
        if (file.isPresent()) {
          throw invocation.wrong("knowledge " + how + " '" + file.get() + "': expected no file");
        }
        return tell(invocation, how.equals("export"));
      }
      case "import", "restore" -> {
        String from =
            file.orElseThrow(() -> invocation.wrong("knowledge " + how + ": expected a file"));
        return how.equals("import")
            ? KnowledgeTaking.adopt(invocation, Path.of(from))
            : KnowledgeTaking.restore(invocation, Path.of(from));
      }
      default ->
          throw invocation.wrong(
              "knowledge '" + how + "': expected show, export, import FILE or restore FILE");
    }
  }

  /** From the files, where all is that was acknowledged: a daemon has little memory. */
  private int tell(Invocation invocation, boolean export) {
    invocation.daemonsStateDirectory(); // an empty base of one's own would look like the host's
    return invocation.looking(
        engine -> {
          if (export) {
            oneLine(engine, invocation.out());
          } else {
            Answer answer =
                Answer.of(shown(engine, engine.knowledge().export(), Integer.MAX_VALUE));
            invocation.show(answer, KnowledgeView::knowledge);
          }
          return isAll(invocation, engine) ? Exit.DONE : Exit.FAILED;
        });
  }

  /** What could not be read looks like what never was: that is said, also to a backup's script. */
  static boolean isAll(Invocation invocation, HealingEngine engine) {
    List<String> trouble = engine.knowledge().problems();
    trouble.forEach(
        what -> invocation.err().println("healing: not all that was known: " + Lines.clean(what)));
    return trouble.isEmpty();
  }

  /** In its texts a line break is \n, in two characters. */
  private static void oneLine(HealingEngine engine, PrintStream out) {
    engine.knowledge().export(part -> out.print(part.replace("\n", "")));
    out.println();
  }

  /**
   * What is known, what keeps happening, and how far each action may go.
   *
   * @param most of the problems: those seen most lately; how many more there are is {@code leftOut}
   */
  static ObjectNode newest(HealingEngine engine, int most) {
    return shown(engine, engine.knowledge().export(most), most);
  }

  private static ObjectNode shown(HealingEngine engine, String knowledge, int most) {
    ObjectNode json = JsonText.object();
    try (JsonParser parser = JsonText.parser(knowledge)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("problems")) {
          problems(parser, most, json);
        } else {
          json.set(name, JsonText.read(parser));
        }
      }
    }
    ArrayNode patterns = json.putArray("patterns");
    engine.knowledge().patterns().forEach(pattern -> patterns.add(EngineJson.pattern(pattern)));
    ObjectNode autonomy = json.putObject("autonomy");
    engine.autonomies().forEach((action, far) -> autonomy.put(action.name(), far.name()));
    return json;
  }

  /** One after the other: as trees, all of them would take many times the room. */
  private static void problems(JsonParser parser, int most, ObjectNode into) {
    Deque<JsonNode> newest = new ArrayDeque<>();
    int leftOut = into.path("leftOut").asInt(0); // by who knows them
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      newest.add(JsonText.read(parser));
      if (newest.size() > most) {
        newest.remove();
        leftOut++;
      }
    }
    into.putArray("problems").addAll(newest);
    if (leftOut > 0) {
      into.put("leftOut", leftOut);
    }
  }

  /**
   * Adds what keeps happening that an incident belongs to, unless the knowledge base cannot say: an
   * explanation does without.
   *
   * @param incident its id, which begins with the hash of its fingerprint
   */
  static void addPatterns(ObjectNode json, HealingEngine engine, String incident) {
    List<Pattern> all;
    try {
      all = engine.knowledge().patterns();
    } catch (HealingException e) {
      return;
    }
    String hash = incident.split("-", 2)[0];
    ArrayNode patterns = json.putArray("patterns");
    all.stream()
        .filter(pattern -> concerns(pattern, hash))
        .forEach(pattern -> patterns.add(EngineJson.pattern(pattern)));
  }

  private static boolean concerns(Pattern pattern, String hash) {
    return pattern.problem().hash().equals(hash)
        || pattern.other().filter(other -> other.hash().equals(hash)).isPresent();
  }
}
