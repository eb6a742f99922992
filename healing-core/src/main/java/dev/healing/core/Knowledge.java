package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.HealingException;
import dev.healing.api.IssueType;
import dev.healing.api.Pattern;
import dev.healing.api.Standing;
import dev.healing.core.calls.Inquiries;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.KnowledgeBase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What an engine has learned, asked of the knowledge base that it uses now. One that does not come
 * back is not waited for. Safe for several threads.
 */
public final class Knowledge {
  /** What was learned in years elsewhere: nobody else waits for it. */
  private static final Duration MUCH = Duration.ofMinutes(2);

  /** How fast it is told is not for the knowledge base to say. */
  private static final Duration AS_SLOW_AS_WHO_TAKES_IT = Duration.ofHours(1);

  private final Inquiries inquiries;
  private final Supplier<Plugins.Named<KnowledgeBase>> base;
  private final Supplier<Duration> patience;

  /**
   * Asks whatever is in use then.
   *
   * @param base is asked each time, as is {@code patience}: a reload may change both
   */
  Knowledge(
      Inquiries inquiries,
      Supplier<Plugins.Named<KnowledgeBase>> base,
      Supplier<Duration> patience) {
    this.inquiries = inquiries;
    this.base = base;
    this.patience = patience;
  }

  /**
   * Everything that was learned, as one JSON document.
   *
   * @throws HealingException if the knowledge base does not come back
   */
  public String export() {
    return ask(() -> MUCH, KnowledgeBase::export);
  }

  /**
   * The same, part after part: as one text it may be as large as all that is known.
   *
   * @param to is given the parts, in order, on another thread, before this returns; nothing may be
   *     learned meanwhile
   * @throws HealingException if the knowledge base does not come back within an hour
   */
  public void export(Consumer<String> to) {
    ask(
        () -> AS_SLOW_AS_WHO_TAKES_IT,
        knowledge -> {
          knowledge.export(to);
          return true;
        });
  }

  /**
   * The same, of many problems only those that were seen most lately: what a process with little
   * memory has room for beside all that is known. How many others there are is a member {@code
   * leftOut}.
   *
   * @param mostProblems at least so many, if there are
   * @throws HealingException if the knowledge base does not come back
   */
  public String export(int mostProblems) {
    return ask(patience, knowledge -> knowledge.export(mostProblems));
  }

  /**
   * What keeps happening, as far as the knowledge base can tell.
   *
   * @throws HealingException if the knowledge base does not come back
   */
  public List<Pattern> patterns() {
    return ask(patience, KnowledgeBase::patterns);
  }

  /**
   * Learns from what was seen elsewhere, which counts less than what is seen here.
   *
   * @param document an export of another host's knowledge, or what else the knowledge base can read
   * @param from where it comes from, for people
   * @return what was taken and what was not, one line each
   * @throws HealingException if it cannot be learned from, or the knowledge base does not come back
   */
  public List<String> adopt(String document, String from) {
    return ask(() -> MUCH, knowledge -> knowledge.adopt(document, from));
  }

  /**
   * Takes an export of this host's knowledge back, where nothing was learned since: all of it
   * counts as seen here.
   *
   * @return what was taken, one line each
   * @throws HealingException if it cannot be, or the knowledge base does not come back
   */
  public List<String> restore(String document, String from) {
    return ask(() -> MUCH, knowledge -> knowledge.restore(document, from));
  }

  /** What an action has lost of its autonomy on a type of issue, or earned back. */
  Optional<Standing> standing(IssueType type, ActionId action) {
    return ask(patience, knowledge -> knowledge.standing(type, action));
  }

  /** What is wrong with it, so that some or all of it is missing; part of the engine's status. */
  public List<String> problems() {
    try {
      return ask(patience, KnowledgeBase::problems);
    } catch (RuntimeException | LinkageError e) {
      return List.of("the knowledge base cannot say how it is: " + e.getMessage());
    }
  }

  private <T> T ask(Supplier<Duration> atMost, Function<KnowledgeBase, T> question) {
    Plugins.Named<KnowledgeBase> asked = base.get();
    return inquiries.ask(
        "knowledge:" + asked.name(), atMost.get(), () -> question.apply(asked.plugin()));
  }
}
