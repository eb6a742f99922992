package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Benefit;
import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingPlan;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Pattern;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.core.journal.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The words as JSON, the same in the journal, the audit and on the command line. Instants are
 * ISO-8601 in UTC; what is absent has no member.
 *
 * <p>Each word is written by one method, which neither opens nor closes its object, so that a line
 * of a file can add members of its own. It goes to a line of text or to a tree.
 */
public final class EngineJson {
  private EngineJson() {}

  private static ObjectNode tree(Consumer<JsonGenerator> members) {
    return Json.parse(Json.line(members));
  }

  /**
   * {@code {id,type,severity,description,components,fingerprint,metrics,detectedAt,explains,
   * opportunity}}.
   */
  public static ObjectNode issue(Issue issue) {
    return tree(json -> Json.write(json, issue));
  }

  /**
   * {@code {id,incident,fingerprint,type,components,actions,target,origin,opportunity,outcome,
   * detectedAt,startedAt,finishedAt,before,after,confidence,reason,steps,recorded,circumstances,sideEffects}}.
   * {@code actions} has the one action of the attempt.
   */
  public static ObjectNode receipt(Receipt receipt) {
    return tree(json -> write(json, receipt));
  }

  static void write(JsonGenerator json, Receipt receipt) {
    json.writeStringProperty("id", receipt.id());
    json.writeStringProperty("incident", receipt.incident());
    json.writeStringProperty("fingerprint", receipt.fingerprint().hash());
    json.writeStringProperty("type", receipt.type().name());
    Json.texts(json, "components", receipt.components());
    Json.texts(json, "actions", List.of(receipt.action().name()));
    json.writeStringProperty("target", receipt.target());
    json.writeStringProperty("origin", receipt.origin().name());
    if (receipt.isOpportunity()) {
      json.writeBooleanProperty("opportunity", true);
    }
    json.writeStringProperty("outcome", receipt.outcome().name());
    Json.instant(json, "detectedAt", receipt.detectedAt());
    receipt.startedAt().ifPresent(at -> Json.instant(json, "startedAt", at));
    Json.instant(json, "finishedAt", receipt.finishedAt());
    Json.numbers(json, "before", receipt.before());
    Json.numbers(json, "after", receipt.after());
    Benefit.of(receipt.before(), receipt.after()).ifPresent(b -> write(json, "benefit", b));
    json.writeNumberProperty("confidence", receipt.confidence());
    json.writeStringProperty("reason", receipt.detail());
    Json.texts(json, "steps", receipt.steps());
    if (!receipt.recorded().isEmpty()) {
      Json.texts(json, "recorded", receipt.recorded());
    }
    if (!receipt.circumstances().isEmpty()) {
      Json.numbers(json, "circumstances", receipt.circumstances());
    }
    if (!receipt.sideEffects().isEmpty()) {
      Json.texts(json, "sideEffects", receipt.sideEffects());
    }
  }

  /**
   * {@code {kind,problem,fingerprint,other,action,seen,of,next,reason,proposal}}. {@code problem}
   * and {@code other} are keys of fingerprints.
   */
  public static ObjectNode pattern(Pattern pattern) {
    return tree(
        json -> {
          json.writeStringProperty("kind", pattern.kind().name());
          json.writeStringProperty("problem", pattern.problem().key());
          json.writeStringProperty("fingerprint", pattern.problem().hash());
          pattern.other().ifPresent(other -> json.writeStringProperty("other", other.key()));
          pattern.action().ifPresent(action -> json.writeStringProperty("action", action.name()));
          json.writeNumberProperty("seen", pattern.seen());
          json.writeNumberProperty("of", pattern.of());
          pattern.next().ifPresent(at -> Json.instant(json, "next", at));
          json.writeStringProperty("reason", pattern.reason());
          json.writeStringProperty("proposal", pattern.proposal());
        });
  }

  /** Reads what {@link #receipt(Receipt)} wrote. */
  static Receipt receipt(JsonNode node) {
    return new Receipt(
        node.path("id").asString(),
        node.path("incident").asString(),
        IssueType.of(node.path("type").asString()),
        new TreeSet<>(Json.texts(node.path("components"))),
        ActionId.of(node.path("actions").path(0).asString()),
        node.path("target").asString(),
        Origin.valueOf(node.path("origin").asString()),
        Outcome.valueOf(node.path("outcome").asString()),
        Instant.parse(node.path("detectedAt").asString()),
        node.has("startedAt")
            ? Optional.of(Instant.parse(node.path("startedAt").asString()))
            : Optional.empty(),
        Instant.parse(node.path("finishedAt").asString()),
        Json.numbers(node.path("before")),
        Json.numbers(node.path("after")),
        node.path("confidence").asDouble(),
        Json.texts(node.path("steps")),
        Json.texts(node.path("recorded")),
        Json.numbers(node.path("circumstances")),
        Json.texts(node.path("sideEffects")),
        node.path("reason").asString());
  }

  /** {@code {incident,type,components,verdict,at,reason}}. */
  static void write(JsonGenerator json, Prevention prevention) {
    json.writeStringProperty("incident", prevention.incident());
    json.writeStringProperty("type", prevention.type().name());
    Json.texts(json, "components", prevention.components());
    json.writeStringProperty("verdict", prevention.verdict().name());
    Json.instant(json, "at", prevention.at());
    json.writeStringProperty("reason", prevention.reason());
  }

  /** Reads what {@link #write(JsonGenerator, Prevention)} wrote. */
  static Prevention prevention(JsonNode node) {
    return new Prevention(
        node.path("incident").asString(),
        IssueType.of(node.path("type").asString()),
        new TreeSet<>(Json.texts(node.path("components"))),
        Prevention.Verdict.valueOf(node.path("verdict").asString()),
        Instant.parse(node.path("at").asString()),
        node.path("reason").asString());
  }

  /**
   * {@code {at,issue,actions:[{action,risk,confidence,evidence,expected,reversible}],confidence,
   * verdict,until,reason,judgements:[{guard,verdict,reason}],rejected:[{action,why}],preview}}.
   * {@code issue} is the issue's id, {@code reason} tells the plan's and the verdict's.
   */
  public static ObjectNode decision(Decision decision) {
    return tree(
        json -> {
          json.writeStringProperty("issue", decision.plan().issue().id());
          write(json, decision);
        });
  }

  /** All but the issue. */
  static void write(JsonGenerator json, Decision decision) {
    HealingPlan plan = decision.plan();
    Json.instant(json, "at", decision.at());
    objects(json, "actions", plan.actions(), EngineJson::write);
    if (!plan.empty()) {
      json.writeNumberProperty("confidence", plan.next().confidence().value());
    }
    json.writeStringProperty("verdict", decision.verdict().kind().name());
    decision.verdict().until().ifPresent(at -> Json.instant(json, "until", at));
    String verdict = decision.verdict().reason();
    json.writeStringProperty(
        "reason", verdict.equals(plan.reason()) ? verdict : plan.reason() + "; " + verdict);
    objects(json, "judgements", decision.judgements(), EngineJson::write);
    objects(json, "rejected", plan.rejected(), EngineJson::write);
    decision.preview().ifPresent(preview -> Json.object(json, "preview", p -> write(p, preview)));
  }

  private static void write(JsonGenerator json, HealingPlan.Step step) {
    json.writeStringProperty("action", step.action().id().name());
    json.writeStringProperty("risk", step.action().risk().name());
    json.writeNumberProperty("confidence", step.confidence().value());
    json.writeStringProperty("evidence", step.confidence().reason());
    json.writeStringProperty("expected", step.action().summary());
    json.writeStringProperty("reversible", step.action().reversible());
  }

  private static void write(JsonGenerator json, Decision.Judgement judgement) {
    json.writeStringProperty("guard", judgement.guard());
    json.writeStringProperty("verdict", judgement.verdict().kind().name());
    json.writeStringProperty("reason", judgement.verdict().reason());
  }

  private static void write(JsonGenerator json, HealingPlan.Rejected rejected) {
    json.writeStringProperty("action", rejected.action().name());
    json.writeStringProperty("why", rejected.why());
  }

  private static void write(JsonGenerator json, Preview preview) {
    json.writeStringProperty("target", preview.target());
    json.writeStringProperty("lane", preview.lane());
    Json.texts(json, "steps", preview.steps());
    preview.items().ifPresent(items -> json.writeNumberProperty("items", items));
    preview.bytes().ifPresent(bytes -> json.writeNumberProperty("bytes", bytes));
    json.writeNumberProperty("expectedMillis", preview.expectedDuration().toMillis());
    Json.object(json, "facts", facts -> preview.facts().forEach(facts::writeStringProperty));
  }

  /**
   * {@code {id,fingerprint,type,components,severity,status,firstSeen,lastSeen,closedAt,cause,note,
   * awaitsConfirmation,confirmation,issue,decision,attempts}}.
   */
  public static ObjectNode incident(Incident incident) {
    return tree(json -> write(json, incident));
  }

  private static void write(JsonGenerator json, Incident incident) {
    json.writeStringProperty("id", incident.id());
    json.writeStringProperty("fingerprint", incident.fingerprint().hash());
    json.writeStringProperty("type", incident.issue().type().name());
    Json.texts(json, "components", incident.issue().components());
    json.writeStringProperty("severity", incident.issue().severity().name());
    json.writeStringProperty("status", incident.status().name());
    Json.instant(json, "firstSeen", incident.firstSeen());
    Json.instant(json, "lastSeen", incident.lastSeen());
    incident.closedAt().ifPresent(at -> Json.instant(json, "closedAt", at));
    incident.cause().ifPresent(cause -> json.writeStringProperty("cause", cause));
    json.writeStringProperty("note", incident.note());
    json.writeBooleanProperty("awaitsConfirmation", incident.awaitsConfirmation());
    incident.confirmation().ifPresent(id -> json.writeStringProperty("confirmation", id));
    Json.object(json, "issue", issue -> Json.write(issue, incident.issue()));
    incident
        .decision()
        .ifPresent(
            decision ->
                Json.object(
                    json,
                    "decision",
                    inner -> {
                      inner.writeStringProperty("issue", decision.plan().issue().id());
                      write(inner, decision);
                    }));
    objects(json, "attempts", incident.attempts(), EngineJson::write);
  }

  /** {@code {at,kind,message,incident}}; {@code incident} is its id. */
  public static ObjectNode event(Event event) {
    return tree(
        json -> {
          Json.instant(json, "at", event.at());
          json.writeStringProperty("kind", event.kind().name());
          json.writeStringProperty("message", event.message());
          event.incident().ifPresent(i -> json.writeStringProperty("incident", i.id()));
        });
  }

  /**
   * {@code {id,type,action,priority,confidence,score,benefit,safeToAutomate,description,components,
   * metrics,estimate,waits,advice:{path,text,then},last:{at,outcome,benefit}}}. {@code estimate}
   * and {@code benefit} are {@code {metric,estimated,before,after,actual}}.
   */
  public static ObjectNode opportunity(Opportunity opportunity) {
    return tree(
        json -> {
          json.writeStringProperty("id", opportunity.id());
          json.writeStringProperty("type", opportunity.type().name());
          json.writeStringProperty("action", opportunity.action().map(ActionId::name).orElse(""));
          json.writeNumberProperty("priority", opportunity.priority());
          json.writeNumberProperty("confidence", opportunity.confidence());
          json.writeNumberProperty("score", opportunity.score());
          json.writeStringProperty("benefit", opportunity.benefit());
          json.writeBooleanProperty("safeToAutomate", opportunity.safeToAutomate());
          json.writeStringProperty("description", opportunity.issue().description());
          Json.texts(json, "components", opportunity.issue().components());
          Json.numbers(json, "metrics", opportunity.issue().metrics());
          opportunity.estimate().ifPresent(benefit -> write(json, "estimate", benefit));
          if (!opportunity.waits().isEmpty()) {
            json.writeStringProperty("waits", opportunity.waits());
          }
          opportunity
              .advice()
              .ifPresent(
                  advice ->
                      Json.object(
                          json,
                          "advice",
                          inner -> {
                            inner.writeStringProperty("path", advice.path());
                            inner.writeStringProperty("text", advice.text());
                            inner.writeStringProperty("then", advice.then());
                          }));
          opportunity
              .last()
              .ifPresent(
                  last ->
                      Json.object(
                          json,
                          "last",
                          inner -> {
                            Json.instant(inner, "at", last.at());
                            inner.writeStringProperty("outcome", last.outcome().name());
                            last.benefit().ifPresent(b -> write(inner, "benefit", b));
                          }));
        });
  }

  private static void write(JsonGenerator json, String name, Benefit benefit) {
    Json.object(
        json,
        name,
        inner -> {
          inner.writeStringProperty("metric", benefit.of().toString());
          number(inner, "estimated", benefit.estimated());
          number(inner, "before", benefit.before());
          number(inner, "after", benefit.after());
          number(inner, "actual", benefit.actual());
        });
  }

  private static void number(JsonGenerator json, String name, OptionalDouble number) {
    if (number.isPresent()) {
      json.writeNumberProperty(name, number.getAsDouble());
    }
  }

  private static <T> void objects(
      JsonGenerator json, String name, List<T> values, BiConsumer<JsonGenerator, T> members) {
    json.writeArrayPropertyStart(name);
    values.forEach(value -> Json.object(json, inner -> members.accept(inner, value)));
    json.writeEndArray();
  }
}
