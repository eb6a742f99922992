package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HealingException;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.testkit.Deed;
import dev.healing.testkit.SimulatedHost;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * The people who look after a simulated host. What they say is noted on the host, so that each deed
 * tells on whose word it was done. A word holds until it is answered, and only for the process that
 * heard it.
 */
final class Operator {
  private static final Duration FOR_EVER = Duration.ofDays(10_000);

  private static final Duration PATIENCE = Duration.ofHours(3);

  /**
   * When a pause ends: in this boot by the clock that nobody can set, in another by the wall clock.
   */
  record Pause(Instant wall, String boot, long monotonicNanos) {
    private static final String BEGIN = "paused until ";

    Pause(VirtualTime time, Duration howLong) {
      this(time.now().plus(howLong), time.bootId(), time.monotonicNanos() + howLong.toNanos());
    }

    String note() {
      return BEGIN + wall + " " + boot + " " + monotonicNanos;
    }

    static Stream<Pause> in(Collection<String> notes) {
      return notes.stream()
          .filter(note -> note.startsWith(BEGIN))
          .map(note -> note.substring(BEGIN.length()).split(" "))
          .map(end -> new Pause(Instant.parse(end[0]), end[1], Long.parseLong(end[2])));
    }

    boolean forbids(Deed deed) {
      return deed.bootId().equals(boot)
          ? deed.startedMonotonicNanos() < monotonicNanos
          : deed.startedWall().isBefore(wall);
    }
  }

  /** Something that was said to a process and should be answered. */
  private record Word(String note, int process, Duration said, CompletionStage<Receipt> answer) {}

  private final Simulation simulation;
  private final SimulatedHost host;
  private final NavigableMap<Duration, Rules> rules = new TreeMap<>();
  private final List<Word> words = new ArrayList<>();
  private final Set<String> approvals = new HashSet<>();
  private String pause = "";

  /** The people of a host whose engine was started with the default rules. */
  Operator(Simulation simulation) {
    this.simulation = simulation;
    this.host = simulation.host();
    rules.put(Duration.ZERO, Rules.DEFAULT);
  }

  // ------------------------------------------------------------------ notes

  static String requested(String problem, int process) {
    return "process " + process + " was asked to heal " + problem;
  }

  static String approved(String problem, ActionId action, int process) {
    return "process " + process + " was told to do " + action + " about " + problem;
  }

  static String rejected(String incident, int process) {
    return "process " + process + " was told to leave " + incident;
  }

  /** What may have held at this time: at the instant of a change, what was before or after it. */
  List<Rules> rulesAt(Duration elapsed) {
    Map.Entry<Duration, Rules> last = rules.floorEntry(elapsed);
    Map.Entry<Duration, Rules> before = rules.lowerEntry(elapsed);
    return last.getKey().equals(elapsed) && before != null
        ? List.of(last.getValue(), before.getValue())
        : List.of(last.getValue());
  }

  /** What was said hours ago and has not been answered. */
  List<String> unanswered() {
    words.removeIf(word -> word.answer().toCompletableFuture().isDone());
    return words.stream()
        .filter(word -> word.process() == host.incarnation())
        .filter(word -> host.time().elapsed().minus(word.said()).compareTo(PATIENCE) > 0)
        .map(word -> word.note() + " at " + word.said() + " and has not answered")
        .toList();
  }

  private void say(String note, CompletionStage<Receipt> answer) {
    host.note(note, true);
    words.add(new Word(note, host.incarnation(), host.time().elapsed(), answer));
    answer.whenComplete((receipt, fault) -> host.note(note, false));
  }

  // ------------------------------------------------------------- off switch

  void pause(Optional<Duration> howLong) {
    simulation.survive(() -> simulation.engine().loop().offSwitch().pause(howLong));
    host.note(pause, false);
    pause = new Pause(host.time(), howLong.orElse(FOR_EVER)).note();
    host.note(pause, true);
  }

  void resume() {
    host.note(pause, false);
    simulation.survive(() -> simulation.engine().loop().offSwitch().resume());
  }

  // -------------------------------------------------- what is asked of the engine

  /** What waits for a person's word. */
  List<Incident> shown() {
    return simulation.engine().incidents().stream().filter(Incident::awaitsConfirmation).toList();
  }

  /** Has all done that waits for it. */
  void approveAll() {
    shown().forEach(this::approve);
  }

  /** Has exactly that done which was shown, however long ago. */
  void approve(Incident shown) {
    String problem = shown.fingerprint().hash();
    ActionId action = shown.decision().orElseThrow().plan().next().action().id();
    String note = approved(problem, action, host.incarnation());
    approvals.add(note);
    say(note, simulation.engine().approve(shown.confirmation().orElseThrow()));
  }

  /** Turns down what waits for it. */
  void reject(Incident shown) {
    simulation.survive(
        () -> {
          try {
            simulation.engine().reject(shown.id());
            host.note(rejected(shown.id(), host.incarnation()), true);
          } catch (HealingException tooLate) {
            // It no longer waits; or it could not be written down, and is not relied upon.
          }
        });
  }

  /** Asks for an incident to be healed. */
  void heal(Incident incident) {
    String note = requested(incident.fingerprint().hash(), host.incarnation());
    say(note, simulation.engine().heal(incident.id()));
  }

  /** Asks for something to be healed that may be well, or nobody's business. */
  void heal(IssueType type, String component) {
    Issue issue =
        Issue.of(
            host.time().now(),
            type,
            Severity.MEDIUM,
            "somebody says so",
            Map.of(),
            List.of(component));
    String note = requested(issue.fingerprint().hash(), host.incarnation());
    say(note, simulation.engine().request(issue));
  }

  // ---------------------------------------------------------- configuration

  /** Changes the rules: what was approved under the old ones is void. */
  void reload(Rules changed) {
    rules.put(host.time().elapsed(), changed);
    simulation.reload(changed.configuration());
    approvals.forEach(note -> host.note(note, false));
    approvals.clear();
  }

  /** Tries to change them, but with a mistake in the file. */
  void reloadWithAMistake(Rules changed) {
    Map<String, Object> wrong = new TreeMap<>(changed.configuration());
    wrong.put("autonomy", "always");
    try {
      simulation.reload(wrong);
    } catch (ConfigurationException e) {
      return;
    }
    throw new AssertionError("taken, although it is wrong: " + Configuration.of(wrong));
  }

  /**
   * Approves what was shown, but only after the rules have changed, and is no longer shown.
   * Nobody's word is noted.
   */
  void approveTooLate(Rules changed) {
    List<String> before = confirmations();
    reload(changed);
    List<String> now = confirmations();
    before.stream().filter(shown -> !now.contains(shown)).forEach(simulation.engine()::approve);
  }

  private List<String> confirmations() {
    return shown().stream().map(incident -> incident.confirmation().orElseThrow()).toList();
  }
}
