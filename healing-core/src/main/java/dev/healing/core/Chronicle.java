package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.Incident;
import dev.healing.api.Outcome;
import dev.healing.api.Pattern;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.core.calls.Announcer;
import dev.healing.core.calls.Inbox;
import dev.healing.core.calls.Learning;
import dev.healing.core.journal.Journal;
import dev.healing.core.plugins.KeptPast;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is written, learned and told: collected during a turn, made durable with one fsync per file,
 * and learned and told only then. What goes wrong with it is remembered as trouble.
 */
final class Chronicle {
  private final HostContext host;
  private final Journal journal;
  private final Audit audit;
  private final Announcer announcer;
  private final Learning learning;
  private final Preventions preventions = new Preventions(this::judged);
  private final Map<String, String> troubles = new TreeMap<>();

  Chronicle(HostContext host, Inbox inbox) {
    this.host = host;
    this.journal = new Journal(host.state(), host.time());
    this.audit = new Audit(host.state());
    this.announcer = new Announcer(host.time(), host.workers());
    Reminders reminders = new Reminders(host.state(), host.time(), this::keepsHappening);
    this.learning = new Learning(host.time(), host.workers(), inbox, reminders::found);
  }

  Journal journal() {
    return journal;
  }

  Audit audit() {
    return audit;
  }

  Announcer announcer() {
    return announcer;
  }

  /** What is wrong with our own files, one line each. */
  List<String> troubles() {
    List<String> all = new ArrayList<>(journal.damaged());
    audit.trouble().ifPresent(all::add);
    all.addAll(troubles.values());
    learning.trouble().ifPresent(all::add);
    return all;
  }

  Learning learning() {
    return learning;
  }

  /** What became of what was done because of a forecast. */
  Preventions preventions() {
    return preventions;
  }

  /**
   * Goes on where the engine before left off: what it predicted and is not judged is judged from
   * now on, and a journal that lacks what the audit has is not trusted.
   *
   * @return what was done before, newest first
   */
  List<Receipt> open() {
    List<Receipt> known = known();
    preventions.open(known, read(Audit::preventions), new KeptPast(host.state(), host.time()));
    journal.compareWith(known.subList(0, Math.min(100, known.size())), Audit.FILE);
    return known;
  }

  /** What was done before, newest first. */
  List<Receipt> known() {
    return read(all -> all.history(OwnActions.MOST));
  }

  /** From the audit. Where it cannot be read, nobody knows whether the journal is whole. */
  private <T> List<T> read(Function<Audit, List<T>> what) {
    try {
      return what.apply(audit);
    } catch (HealingException e) {
      journal.distrust(Audit.FILE, e);
      return List.of();
    }
  }

  void decided(Tracked incident, Decision decision) {
    audit.add(incident.id, decision);
  }

  void ended(Receipt receipt) {
    journal.close(receipt);
    audit.add(receipt);
    learn(receipt);
    preventions.ended(receipt);
  }

  private void judged(Prevention prevention) {
    audit.add(prevention);
    tell(
        Event.Kind.PREVENTION_JUDGED,
        prevention.type()
            + " "
            + String.join(", ", prevention.components())
            + ": "
            + prevention.verdict()
            + ", "
            + prevention.reason()
            + " (incident "
            + prevention.incident()
            + ")",
        null);
  }

  private void keepsHappening(Pattern pattern) {
    tell(Event.Kind.PATTERN, pattern.reason() + "; " + pattern.proposal(), null);
  }

  void passed(Recovery recovery) {
    learning.add(recovery);
  }

  /** An incident that was seen, and is no symptom of another. */
  void closed(Incident incident) {
    learning.add(incident);
  }

  void tell(Event.Kind kind, String message, @Nullable Tracked incident) {
    if (!announcer.heard()) {
      return;
    }
    Event event =
        new Event(
            host.time().now(),
            kind,
            worthDoing(incident) + message,
            Optional.ofNullable(incident).map(Tracked::snapshot));
    afterwards(() -> announcer.tell(event));
  }

  private static String worthDoing(@Nullable Tracked incident) {
    if (incident == null || !incident.issue.isOpportunity()) {
      return "";
    }
    if (incident.phase() == Tracked.Phase.CONFIRMING) {
      return "worth doing: "; // a person is asked
    }
    return "worth doing, "
        + switch (incident.lastOrigin()) {
          case AUTOMATIC -> "by itself: ";
          case REQUESTED -> "as a person asked: ";
          case APPROVED -> "as a person approved: ";
        };
  }

  /** Runs it after all that was noted before was to be made durable, and was learned from. */
  void afterwards(Runnable then) {
    learning.afterwards(then);
  }

  /** A receipt that was written before a crash, and its mark not: it was not learned from yet. */
  void recovered(Receipt receipt) {
    journal.close(receipt);
    learn(receipt);
  }

  /**
   * What was worth doing is no try at a problem: its optimizer learns what it has brought. But harm
   * is harm.
   */
  private void learn(Receipt receipt) {
    if (!receipt.isOpportunity() || receipt.outcome() == Outcome.WORSE) {
      learning.add(receipt);
    }
  }

  /**
   * Makes the intents of this turn durable, and why they are acted on.
   *
   * @throws HealingException if it cannot: then nothing of it may be done
   */
  void commitIntents() {
    try {
      audit.commit(); // first: what receipts it lacks must not be marked as done
      journal.commit();
      troubles.remove("intents");
    } catch (HealingException e) {
      journal.takeBack();
      trouble("intents", "nothing is done, because it cannot be journalled: " + e.getMessage());
      throw e;
    }
  }

  /**
   * Makes what somebody said durable before they are answered.
   *
   * @throws HealingException if it cannot: then it holds until a restart, and is tried again
   */
  void commitWords() {
    audit.commit();
    journal.commit();
  }

  /**
   * Makes everything else durable, and has it learned and told; what could not be written too,
   * which is told as trouble and tried again. The receipt is in the audit before its mark.
   */
  void commit(Plugins.Named<KnowledgeBase> knowledge) {
    if (attempt("audit", audit::commit)) {
      attempt("journal", journal::commit);
    }
    learning.commit(knowledge);
  }

  private boolean attempt(String what, Runnable write) {
    try {
      write.run();
      troubles.remove(what);
      return true;
    } catch (RuntimeException e) {
      trouble(what, what + " could not be written: " + e.getMessage());
      return false;
    }
  }

  private void trouble(String what, String message) {
    if (!message.equals(troubles.put(what, message))) {
      tell(Event.Kind.TROUBLE, message, null);
    }
  }
}
