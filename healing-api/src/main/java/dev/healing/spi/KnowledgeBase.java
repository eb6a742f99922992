package dev.healing.spi;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.Incident;
import dev.healing.api.IssueType;
import dev.healing.api.Pattern;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Remembers what was tried for which problem and what came of it. Safe for several threads: it is
 * asked and told on workers, and may be asked while it is told. What takes longer than {@code
 * plugins.deadline} is left behind; until it comes back nothing is known, and what there was to
 * tell meanwhile is told then.
 */
public interface KnowledgeBase extends AutoCloseable {
  /** How likely the action is to heal the problem. {@link Confidence#UNKNOWN} without history. */
  Confidence confidence(Fingerprint fingerprint, ActionId action);

  /**
   * Remembers outcomes, durably when it returns. An {@link Receipt#isOpportunity opportunity} that
   * was taken is none of them, unless it has made things WORSE: then it counts for {@link
   * #standing} alone, and is no attempt at the problem.
   *
   * @throws dev.healing.api.HostException if they could not be written; they are remembered in
   *     memory all the same
   */
  void record(Collection<Receipt> receipts);

  /**
   * What becomes of the problem if nothing is done about it. A problem that was left alone for a
   * while before something was done about it tells as well: its receipts say for how long.
   *
   * @param soFar how long it has been there, and been left alone
   * @param most how long it may be left alone in all
   * @return absent if this knowledge base does not learn that; then nothing is waited for
   */
  default Optional<SelfRecovery> selfRecovery(
      Fingerprint fingerprint, Duration soFar, Duration most) {
    return Optional.empty();
  }

  /**
   * What the action has lost of its autonomy on this type of issue by making it worse; absent if it
   * never did, or if this knowledge base does not learn that.
   */
  default Optional<Standing> standing(IssueType type, ActionId action) {
    return Optional.empty();
  }

  /**
   * Remembers what passed by itself, as {@link #record} does what was done. Does nothing in a
   * knowledge base that does not learn that.
   *
   * @throws dev.healing.api.HostException if it could not be written; it is remembered in memory
   *     all the same
   */
  default void recovered(Collection<Recovery> recoveries) {}

  /**
   * Remembers how incidents ended, after what was done about them was told: all that were seen and
   * are no symptoms of another. Does nothing in a knowledge base that does not learn that.
   *
   * @throws dev.healing.api.HostException if it could not be written; it is remembered in memory
   *     all the same
   */
  default void ended(Collection<Incident> incidents) {}

  /** What keeps happening, as far as that is known, the most frequent of each kind first. */
  default List<Pattern> patterns() {
    return List.of();
  }

  /**
   * Learns from what was seen elsewhere, which counts less than what is seen here; durably when it
   * returns. The same document is learned from once.
   *
   * @param document an export of a knowledge base, or whatever else it can read
   * @param from where it comes from, for people
   * @return what was taken and what was not, one line each
   * @throws dev.healing.api.HealingException if it is nothing that can be learned from, with the
   *     reason; then nothing has changed
   */
  default List<String> adopt(String document, String from) {
    throw new HealingException("this knowledge base cannot import anything");
  }

  /**
   * Takes an export of its own back, as if all of it had been seen here: for a host that was
   * installed anew, or moved. Durable when it returns. What was learned from before is no more.
   *
   * @param document what {@link #export} gave
   * @param from where it comes from, for people
   * @return what was taken, one line each
   * @throws dev.healing.api.HealingException if it is no such document, or something was seen here
   *     since; then nothing has changed
   */
  default List<String> restore(String document, String from) {
    throw new HealingException("this knowledge base cannot restore anything");
  }

  /** Everything known, as one JSON document. */
  String export();

  /**
   * The same, part after part: as one text it may be as large as all that is known.
   *
   * @param to is given the parts, in order, before this returns; nobody else may be answered
   *     meanwhile
   */
  default void export(Consumer<String> to) {
    to.accept(export());
  }

  /**
   * The same, of many problems only those that were seen most lately: all that is known may be a
   * large part of all memory, and a text of it as large again. How many others there are is a
   * member {@code leftOut}.
   *
   * @param mostProblems at least so many, if there are
   */
  default String export(int mostProblems) {
    return export();
  }

  /** What is wrong with its files, one line each. */
  default List<String> problems() {
    return List.of();
  }

  @Override
  default void close() {}
}
