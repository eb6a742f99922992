package dev.healing.learning;

import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;

/**
 * The knowledge base {@code json}: remembers in {@code knowledge.json} and {@code
 * knowledge.journal.jsonl} of the state directory.
 *
 * <p>Configuration: {@code problems}, how many problems are remembered at most, 1 to 1000000;
 * default 10000. Those seen least lately are forgotten first.
 */
public final class JsonKnowledgeBaseProvider implements KnowledgeBaseProvider {
  private static final int DEFAULT_PROBLEMS = 10_000;
  private static final int MOST_PROBLEMS = 1_000_000;

  /** For the service loader, and for registering it by hand. */
  public JsonKnowledgeBaseProvider() {}

  @Override
  public String name() {
    return "json";
  }

  @Override
  public KnowledgeBase create(HostContext context) {
    int problems = context.configuration().count("problems", DEFAULT_PROBLEMS, 1, MOST_PROBLEMS);
    return new JsonKnowledgeBase(
        context.state(), context.time(), problems, JsonKnowledgeBase.LEAST_LINES);
  }
}
