package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingPlan;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The words as JSON, the same in the journal, the audit and on the command line. Instants are
 * ISO-8601 in UTC; what is absent has no member.
 */
public final class EngineJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private EngineJson() {}

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Parses one JSON object.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static ObjectNode parse(String json) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (tools.jackson.core.JacksonException e) {
      throw new IllegalArgumentException("no JSON object: " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException("expected a JSON object");
  }

  /** {@code {id,type,severity,description,components,fingerprint,metrics,detectedAt,explains}}. */
  public static ObjectNode issue(Issue issue) {
    ObjectNode node = object();
    node.put("id", issue.id());
    node.put("type", issue.type().name());
    node.put("severity", issue.severity().name());
    node.put("description", issue.description());
    texts(node.putArray("components"), issue.components());
    node.put("fingerprint", issue.fingerprint().hash());
    numbers(node.putObject("metrics"), issue.metrics());
    node.put("detectedAt", issue.detectedAt().toString());
    if (!issue.explains().isEmpty()) {
      texts(node.putArray("explains"), new TreeSet<>(issue.explains()));
    }
    return node;
  }

  /** Reads what {@link #issue} wrote. */
  static Issue issue(JsonNode node) {
    return new Issue(
        node.path("id").asString(),
        Instant.parse(node.path("detectedAt").asString()),
        IssueType.of(node.path("type").asString()),
        Severity.valueOf(node.path("severity").asString()),
        node.path("description").asString(),
        numbers(node.path("metrics")),
        new TreeSet<>(texts(node.path("components"))),
        Set.copyOf(texts(node.path("explains"))));
  }

  /**
   * {@code {id,incident,fingerprint,type,components,actions,target,origin,outcome,detectedAt,
   * startedAt,finishedAt,before,after,confidence,reason,steps}}. {@code actions} has the one action
   * of the attempt.
   */
  public static ObjectNode receipt(Receipt receipt) {
    ObjectNode node = object();
    node.put("id", receipt.id());
    node.put("incident", receipt.incident());
    node.put("fingerprint", receipt.fingerprint().hash());
    node.put("type", receipt.type().name());
    texts(node.putArray("components"), receipt.components());
    node.putArray("actions").add(receipt.action().name());
    node.put("target", receipt.target());
    node.put("origin", receipt.origin().name());
    node.put("outcome", receipt.outcome().name());
    node.put("detectedAt", receipt.detectedAt().toString());
    receipt.startedAt().ifPresent(at -> node.put("startedAt", at.toString()));
    node.put("finishedAt", receipt.finishedAt().toString());
    numbers(node.putObject("before"), receipt.before());
    numbers(node.putObject("after"), receipt.after());
    node.put("confidence", receipt.confidence());
    node.put("reason", receipt.detail());
    texts(node.putArray("steps"), receipt.steps());
    return node;
  }

  /** Reads what {@link #receipt(Receipt)} wrote. */
  static Receipt receipt(JsonNode node) {
    return new Receipt(
        node.path("id").asString(),
        node.path("incident").asString(),
        IssueType.of(node.path("type").asString()),
        new TreeSet<>(texts(node.path("components"))),
        ActionId.of(node.path("actions").path(0).asString()),
        node.path("target").asString(),
        Origin.valueOf(node.path("origin").asString()),
        Outcome.valueOf(node.path("outcome").asString()),
        Instant.parse(node.path("detectedAt").asString()),
        node.has("startedAt")
            ? Optional.of(Instant.parse(node.path("startedAt").asString()))
            : Optional.empty(),
        Instant.parse(node.path("finishedAt").asString()),
        numbers(node.path("before")),
        numbers(node.path("after")),
        node.path("confidence").asDouble(),
        texts(node.path("steps")),
        node.path("reason").asString());
  }

  /**
   * {@code {at,issue,actions:[{action,risk,confidence,evidence,expected}],confidence,verdict,until,
   * reason,judgements:[{guard,verdict,reason}],rejected:[{action,why}],preview}}. {@code issue} is
   * the issue's id, {@code reason} tells the plan's and the verdict's.
   */
  public static ObjectNode decision(Decision decision) {
    HealingPlan plan = decision.plan();
    ObjectNode node = object();
    node.put("at", decision.at().toString());
    node.put("issue", plan.issue().id());
    ArrayNode actions = node.putArray("actions");
    for (HealingPlan.Step step : plan.actions()) {
      ObjectNode action = actions.addObject();
      action.put("action", step.action().id().name());
      action.put("risk", step.action().risk().name());
      action.put("confidence", step.confidence().value());
      action.put("evidence", step.confidence().reason());
      action.put("expected", step.action().summary());
      action.put("reversible", step.action().reversible());
    }
    if (!plan.empty()) {
      node.put("confidence", plan.next().confidence().value());
    }
    node.put("verdict", decision.verdict().kind().name());
    decision.verdict().until().ifPresent(at -> node.put("until", at.toString()));
    String verdict = decision.verdict().reason();
    node.put("reason", verdict.equals(plan.reason()) ? verdict : plan.reason() + "; " + verdict);
    ArrayNode judgements = node.putArray("judgements");
    for (Decision.Judgement judgement : decision.judgements()) {
      ObjectNode one = judgements.addObject();
      one.put("guard", judgement.guard());
      one.put("verdict", judgement.verdict().kind().name());
      one.put("reason", judgement.verdict().reason());
    }
    ArrayNode rejected = node.putArray("rejected");
    for (HealingPlan.Rejected one : plan.rejected()) {
      rejected.addObject().put("action", one.action().name()).put("why", one.why());
    }
    decision.preview().ifPresent(preview -> node.set("preview", preview(preview)));
    return node;
  }

  private static ObjectNode preview(Preview preview) {
    ObjectNode node = object();
    node.put("target", preview.target());
    node.put("lane", preview.lane());
    texts(node.putArray("steps"), preview.steps());
    preview.items().ifPresent(items -> node.put("items", items));
    preview.bytes().ifPresent(bytes -> node.put("bytes", bytes));
    node.put("expectedMillis", preview.expectedDuration().toMillis());
    ObjectNode facts = node.putObject("facts");
    preview.facts().forEach(facts::put);
    return node;
  }

  /**
   * {@code {id,fingerprint,type,components,severity,status,firstSeen,lastSeen,closedAt,cause,note,
   * awaitsConfirmation,issue,decision,attempts}}.
   */
  public static ObjectNode incident(Incident incident) {
    ObjectNode node = object();
    node.put("id", incident.id());
    node.put("fingerprint", incident.fingerprint().hash());
    node.put("type", incident.issue().type().name());
    texts(node.putArray("components"), incident.issue().components());
    node.put("severity", incident.issue().severity().name());
    node.put("status", incident.status().name());
    node.put("firstSeen", incident.firstSeen().toString());
    node.put("lastSeen", incident.lastSeen().toString());
    incident.closedAt().ifPresent(at -> node.put("closedAt", at.toString()));
    incident.cause().ifPresent(cause -> node.put("cause", cause));
    node.put("note", incident.note());
    node.put("awaitsConfirmation", incident.awaitsConfirmation());
    incident.confirmation().ifPresent(id -> node.put("confirmation", id));
    node.set("issue", issue(incident.issue()));
    incident.decision().ifPresent(decision -> node.set("decision", decision(decision)));
    ArrayNode attempts = node.putArray("attempts");
    incident.attempts().forEach(attempt -> attempts.add(receipt(attempt)));
    return node;
  }

  /** {@code {at,kind,message,incident}}; {@code incident} is its id. */
  public static ObjectNode event(Event event) {
    ObjectNode node = object();
    node.put("at", event.at().toString());
    node.put("kind", event.kind().name());
    node.put("message", event.message());
    event.incident().ifPresent(incident -> node.put("incident", incident.id()));
    return node;
  }

  /**
   * {@code {id,type,action,priority,confidence,score,benefit,safeToAutomate,description,components,
   * metrics}}.
   */
  public static ObjectNode opportunity(Opportunity opportunity) {
    ObjectNode node = object();
    node.put("id", opportunity.id());
    node.put("type", opportunity.type().name());
    node.put("action", opportunity.action().name());
    node.put("priority", opportunity.priority());
    node.put("confidence", opportunity.confidence());
    node.put("score", opportunity.score());
    node.put("benefit", opportunity.benefit());
    node.put("safeToAutomate", opportunity.safeToAutomate());
    node.put("description", opportunity.issue().description());
    texts(node.putArray("components"), opportunity.issue().components());
    numbers(node.putObject("metrics"), opportunity.issue().metrics());
    return node;
  }

  static Fingerprint fingerprint(JsonNode node) {
    return Fingerprint.ofKey(node.path("key").asString());
  }

  static void texts(ArrayNode array, Collection<String> texts) {
    texts.forEach(array::add);
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asString()));
    return texts;
  }

  static void numbers(ObjectNode node, Map<String, Double> numbers) {
    numbers.forEach(node::put);
  }

  static SortedMap<String, Double> numbers(JsonNode node) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    node.properties().forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asDouble()));
    return numbers;
  }
}
