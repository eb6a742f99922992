package dev.healing.runner;

import dev.healing.core.Audit;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.HistoryView;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code explain ID} or {@code explain COMPONENT}. */
final class ExplainVerb implements Verb {
  private static final int LONGEST_SHOWN = 60;

  @Override
  public String name() {
    return "explain";
  }

  @Override
  public String summary() {
    return "Why it was decided: evidence, alternatives, verdicts, numbers.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.required(
        spec,
        "ID",
        "The incident or its issue, or the beginning of its id; or what it was about, for the"
            + " newest: nginx.service, /var, …");
  }

  @Override
  public int run(Invocation invocation) {
    String id = invocation.operand().orElseThrow();
    if (id.isBlank()) {
      throw invocation.wrong(
          "explain '"
              + id
              + "': expected an id, as 'healing issues' or 'healing history' has it, or what it was"
              + " about");
    }
    Answer answer =
        invocation
            .askSoon(invocation.request(name()).put("id", id))
            .orElseGet(() -> fromFiles(invocation, id));
    return invocation.show(answer, HistoryView::explain);
  }

  /** This, if there is anything in it. */
  static Answer unlessNothing(JsonNode explained, String id) {
    return explained.path("trail").isEmpty() && explained.path("incident").isNull()
        ? Answer.failed(
            Exit.FAILED,
            "nothing is written about '"
                + shortened(id)
                + "': expected the id of an incident or an issue, as 'healing issues' and 'healing"
                + " history' have them, or what one was about")
        : Answer.of(explained);
  }

  /**
   * The incident's id, of what a person may have in hand. What {@code approve} takes and what
   * {@code history} shows begin with it and a dot.
   */
  static String incident(Audit audit, String given) {
    return audit.newestAbout(given).orElseGet(() -> given.split("\\.", 2)[0]);
  }

  /**
   * What is written about an incident, by its id, the beginning of that, or the id of any issue
   * that told of it.
   *
   * @throws dev.healing.api.HealingException if it may be one of several
   */
  static List<ObjectNode> trail(Audit audit, String id) {
    List<ObjectNode> trail = audit.trail(id);
    int problem = id.indexOf('-') + 1; // of an issue's id only the fingerprint is the incident's
    return trail.isEmpty() && problem > 1 ? audit.trail(id.substring(0, problem)) : trail;
  }

  private static String shortened(String id) {
    return id.length() <= LONGEST_SHOWN ? id : id.substring(0, LONGEST_SHOWN) + "…";
  }

  private static Answer fromFiles(Invocation invocation, String id) {
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory())) {
      Audit audit = new Audit(host.state());
      List<ObjectNode> trail = trail(audit, incident(audit, id));
      ObjectNode json = JsonText.object();
      json.putNull("incident");
      if (!trail.isEmpty()) {
        invocation.looking(
            engine -> {
              KnowledgeVerb.addPatterns(json, engine, trail.get(0).path("incident").asString(id));
              return json;
            });
      }
      trail.forEach(json.putArray("trail")::add);
      Answer answer = unlessNothing(json, id);
      return HistoryVerb.isAll(invocation, audit)
          ? answer
          : new Answer(Exit.FAILED, answer.result(), answer.error());
    }
  }
}
