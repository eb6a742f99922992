package dev.healing.core.journal;

import dev.healing.api.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ObjectNode;

/**
 * What people were asked and have said about problems, and which are theirs: part of the {@link
 * Journal}, and durable with it. It belongs to the engine's thread.
 */
public final class Problems {
  private final Consumer<Consumer<JsonGenerator>> mark;
  private final Map<String, Optional<Question>> rejected = new TreeMap<>();
  private final Set<String> handedOver = new TreeSet<>();
  private final Map<String, Question> questions = new TreeMap<>();

  /**
   * Knows of none.
   *
   * @param mark has a line written
   */
  Problems(Consumer<Consumer<JsonGenerator>> mark) {
    this.mark = mark;
  }

  /** Notes that a person wants neither this done about a problem nor anything, until it is over. */
  public void reject(Question question) {
    String problem = question.problem().key();
    if (questions.remove(problem) != null) {
      mark.accept(json -> json.writeStringProperty("answered", problem));
    }
    rejected.put(problem, Optional.of(question));
    mark.accept(json -> question.write(json, "rejected"));
  }

  /** Notes that a problem is a human's, until it is over: nothing that was tried has helped. */
  public void handOver(Fingerprint problem) {
    if (handedOver.add(problem.key())) {
      mark.accept(json -> json.writeStringProperty("handedOver", problem.key()));
    }
  }

  /** Notes that a problem is over: when it comes again, it is ours again. */
  public void over(Fingerprint problem) {
    boolean unwanted = rejected.remove(problem.key()) != null;
    if (handedOver.remove(problem.key()) || unwanted) {
      mark.accept(json -> json.writeStringProperty("over", problem.key()));
    }
  }

  /** Notes what a person is asked about a problem: nothing else by then. */
  public void ask(Question question) {
    Question before = questions.put(question.problem().key(), question);
    if (before == null || !before.sameAs(question)) {
      mark.accept(json -> question.write(json, "asked"));
    }
  }

  /** Notes that nobody need answer any more what was asked about a problem, if something was. */
  public Optional<Question> answered(Fingerprint problem) {
    Optional<Question> question = Optional.ofNullable(questions.remove(problem.key()));
    question.ifPresent(
        q -> mark.accept(json -> json.writeStringProperty("answered", problem.key())));
    return question;
  }

  /** What a person was asked about a problem, and has not answered. */
  public Optional<Question> asked(Fingerprint problem) {
    return Optional.ofNullable(questions.get(problem.key()));
  }

  /** The same, or what they did not want done about a problem that may still be there. */
  public Optional<Question> askedOrRejected(Fingerprint problem) {
    return asked(problem).or(() -> rejected.getOrDefault(problem.key(), Optional.empty()));
  }

  /** All that people were asked and have not answered. */
  public List<Question> questions() {
    return List.copyOf(questions.values());
  }

  /** The problems that are not ours: rejected or handed over. */
  public List<Fingerprint> theirs() {
    if (rejected.isEmpty() && handedOver.isEmpty()) {
      return List.of();
    }
    return Stream.concat(rejected.keySet().stream(), handedOver.stream())
        .distinct()
        .map(Fingerprint::new)
        .toList();
  }

  /** Whether a problem that may still be there was handed over to a human. */
  public boolean handedOver(Fingerprint problem) {
    return handedOver.contains(problem.key());
  }

  /** Whether a person does not want anything done about a problem that may still be there. */
  public boolean rejected(Fingerprint problem) {
    return rejected.containsKey(problem.key());
  }

  /** No two intents of an incident that lives on have the same number. */
  void attempted(Intent intent) {
    rejected.computeIfPresent(
        intent.issue().fingerprint().key(), (problem, asked) -> asked.map(q -> q.after(intent)));
  }

  /** Takes in a line that was written before; whether it is one of these. */
  boolean replay(ObjectNode node) {
    if (node.has("rejected")) {
      // Lines of an earlier version have nothing else.
      Optional<Question> asked =
          node.has("issue") ? Optional.of(Question.of(node)) : Optional.empty();
      rejected.put(node.path("rejected").asString(), asked);
      return true;
    }
    if (node.has("handedOver")) {
      handedOver.add(node.path("handedOver").asString());
      return true;
    }
    if (node.has("over")) {
      rejected.remove(node.path("over").asString());
      handedOver.remove(node.path("over").asString());
      return true;
    }
    if (node.has("asked")) {
      questions.put(node.path("asked").asString(), Question.of(node));
      return true;
    }
    if (node.has("answered")) {
      questions.remove(node.path("answered").asString());
      return true;
    }
    return false;
  }

  /** All that is known, to be written anew. */
  List<String> lines() {
    List<String> kept = new ArrayList<>();
    rejected.forEach(
        (problem, asked) ->
            kept.add(
                asked
                    .map(question -> Json.line(json -> question.write(json, "rejected")))
                    .orElseGet(() -> line("rejected", problem))));
    for (String problem : handedOver) {
      kept.add(line("handedOver", problem));
    }
    for (Question question : questions.values()) {
      kept.add(Json.line(json -> question.write(json, "asked")));
    }
    return kept;
  }

  private static String line(String what, String key) {
    return Json.line(json -> json.writeStringProperty(what, key));
  }
}
