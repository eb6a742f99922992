package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.Decision;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Severity;
import dev.healing.core.Audit;
import dev.healing.core.EngineJson;
import dev.healing.core.HealingEngine;
import dev.healing.core.OffSwitch;
import dev.healing.core.Prevention;
import dev.healing.core.history.History;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.notify.Notifier;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be asked of a running engine, over the control socket or in the same process. */
final class Requests {
  private static final int MOST_POINTS = 2_000;

  /** Of what is known, in the memory that a daemon has. */
  private static final int MOST_PROBLEMS = 500;

  private final HealingEngine engine;
  private final TimeSource time;
  private final OffSwitch offSwitch;
  private final Supplier<Configuration> configuration;
  private final Reloader reloader;
  private final HostContext host;
  private final Notifier notifier;

  /** How the configuration is read again. */
  @FunctionalInterface
  interface Reloader {
    /**
     * Reads and swaps it.
     *
     * @return the file, in words, when it holds
     * @throws ConfigurationException with all problems; the old one stays
     */
    CompletionStage<String> reload();
  }

  Requests(
      HealingEngine engine,
      HostContext host,
      Supplier<Configuration> configuration,
      Reloader reloader,
      Notifier notifier) {
    this.host = host;
    this.notifier = notifier;
    this.engine = engine;
    this.time = host.time();
    this.offSwitch = new OffSwitch(host.state(), time);
    this.configuration = configuration;
    this.reloader = reloader;
  }

  /** Answers one. Never blocks on an action. */
  CompletionStage<Answer> answer(ObjectNode request) {
    try {
      return answered(request);
    } catch (WronglyAskedException e) {
      return CompletableFuture.completedFuture(
          Answer.failed(Exit.USAGE, String.valueOf(e.getMessage())));
    }
  }

  private CompletionStage<Answer> answered(ObjectNode request) {
    String verb = request.path("verb").asString("");
    switch (verb) {
      case "status":
        return now(
            Looks.status(
                engine.status(),
                ProcessHandle.current().pid(),
                engine.state(),
                engine.incidents(),
                engine.unreadable()));
      case "issues":
        return now(Looks.issues(engine.incidents(), engine.state(), engine.unreadable()));
      case "history":
        return now(history(engine.audit(), request.path("most").asInt(100)));
      case "forecast":
        return now(Forecasts.of(engine.forecasts()));
      case "explain":
        String id = text(request, "id");
        return CompletableFuture.completedFuture(ExplainVerb.unlessNothing(explain(id), id));
      case "metrics":
        return now(metrics(request));
      case "levels":
        return now(Levels.of(configuration.get()));
      case "plugins":
        return now(Looks.plugins(engine.plugins()));
      case "knowledge":
        return now(KnowledgeVerb.newest(engine, MOST_PROBLEMS));
      case "import":
        return CompletableFuture.completedFuture(
            KnowledgeTaking.imported(engine, text(request, "document"), text(request, "from")));
      case "opportunities":
        return opportunities(request);
      case "heal":
        return heal(request);
      case "approve":
        return receipt(engine.approve(text(request, "id")));
      case "reject":
        return now(EngineJson.incident(engine.reject(text(request, "id"))));
      case "notify":
        return notify(request);
      case "pause":
        return now(
            pause(
                request.has("for")
                    ? Optional.of(request.path("for").asString(""))
                    : Optional.empty()));
      case "resume":
        offSwitch.resume();
        return now(paused());
      case "reload":
        return reload();
      default:
        return CompletableFuture.completedFuture(
            Answer.failed(Exit.USAGE, "the daemon has no verb '" + verb + "'; is it older?"));
    }
  }

  private CompletionStage<Answer> heal(ObjectNode request) {
    if (request.has("dryRun") && !request.path("dryRun").isBoolean()) {
      throw new WronglyAskedException("'dryRun' is neither true nor false: nothing was done");
    }
    boolean dryRun = request.path("dryRun").asBoolean(false);
    if (request.has("id")) {
      if (request.has("type") || request.has("component")) {
        throw new WronglyAskedException(
            "there is an 'id' and a 'type' or 'component', which may be another problem's:"
                + " expected 'id', or 'type' and 'component' together; nothing was done");
      }
      Incident known = incident(text(request, "id"));
      return dryRun ? considered(engine.consider(known.issue())) : receipt(engine.heal(known.id()));
    }
    Issue wanted = issue(text(request, "type"), text(request, "component"), time);
    return dryRun ? considered(engine.consider(wanted)) : receipt(engine.request(wanted));
  }

  /** An issue on an operator's word. */
  static Issue issue(String type, String component, TimeSource time) {
    IssueType issueType;
    try {
      issueType = IssueType.of(type);
    } catch (IllegalArgumentException e) {
      throw new WronglyAskedException(String.valueOf(e.getMessage()));
    }
    return Issue.of(
        time.now(),
        issueType,
        Severity.MEDIUM,
        "An operator asked to heal " + type + " of " + component,
        Map.of(),
        List.of(component));
  }

  /** By id or prefix of the incident, or by the id of any issue that told of it. */
  private Incident incident(String id) {
    return engine
        .incident(id)
        .or(() -> ofIssue(id))
        .orElseThrow(
            () ->
                new HealingException(
                    "there is no incident '" + id + "'; 'healing issues' lists the open ones"));
  }

  /** An issue's id is new at every look; its first part, the fingerprint, isn't. */
  private Optional<Incident> ofIssue(String id) {
    String problem = id.split("-", 2)[0];
    return engine.incidents().stream()
        .filter(i -> i.fingerprint().hash().equals(problem))
        .min(Comparator.comparing(Incident::closed)); // the open one, or the newest
  }

  /** Receipts, the newest first, with whether what was predicted would have been. */
  static ArrayNode history(Audit audit, int most) {
    Map<String, Prevention> judged = new HashMap<>();
    audit.preventions().forEach(one -> judged.put(one.incident(), one));
    ArrayNode json = JsonText.array();
    for (Receipt receipt : audit.history(most)) {
      ObjectNode one = json.addObject();
      one.setAll(EngineJson.receipt(receipt));
      Prevention prevention = judged.get(receipt.incident());
      if (prevention != null) {
        one.putObject("prevention")
            .put("verdict", prevention.verdict().name())
            .put("at", prevention.at().toString())
            .put("reason", prevention.reason());
      }
    }
    return json;
  }

  /** Of a series not so many points that they would be too much to hold. */
  private ObjectNode metrics(ObjectNode request) {
    History history = engine.metricHistory();
    if (!request.has("name")) {
      return Measured.all(history);
    }
    Measured.Span span =
        new Measured.Span(time.now(), duration(request, "since"), duration(request, "every"));
    if (span.length().dividedBy(span.step()) > MOST_POINTS) {
      throw new WronglyAskedException(
          "more than " + MOST_POINTS + " points: expected a longer 'every', or a shorter 'since'");
    }
    Metric metric = series(history, text(request, "name"));
    try {
      return Measured.one(history, metric, span);
    } catch (IllegalArgumentException e) {
      throw new WronglyAskedException(String.valueOf(e.getMessage()));
    }
  }

  private static Metric series(History history, String name) {
    try {
      return Measured.series(history, name);
    } catch (IllegalArgumentException e) { // so no series can have that name
      throw new HealingException(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Duration> duration(ObjectNode request, String name) {
    return request.has(name)
        ? Optional.of(parsed(name, request.path(name).asString("")))
        : Optional.empty();
  }

  private static Duration parsed(String name, String text) {
    try {
      Duration duration = Configuration.parseDuration(text);
      if (duration.toSeconds() > 0) {
        return duration;
      }
    } catch (IllegalArgumentException e) {
      // Said below, in words for a person.
    }
    throw new WronglyAskedException(
        "'"
            + name
            + "' is '"
            + text
            + "': expected a duration of a second or more, like 30m or 2h");
  }

  private ObjectNode pause(Optional<String> howLong) {
    offSwitch.pause(howLong.map(text -> parsed("for", text)));
    return paused();
  }

  private ObjectNode paused() {
    return JsonText.object().put("paused", offSwitch.paused().orElse(null));
  }

  private ObjectNode explain(String given) {
    Audit audit = engine.audit();
    String id =
        engine.incidents().stream()
            .filter(open -> !open.closed() && open.issue().components().contains(given))
            .map(Incident::id)
            .findFirst()
            .orElseGet(() -> ExplainVerb.incident(audit, given));
    Optional<Incident> known =
        engine
            .incident(id)
            .or(() -> ofIssue(id).filter(open -> audit.trail(id).isEmpty())); // an older one's id
    String incident = known.map(Incident::id).orElse(id);
    ObjectNode json = JsonText.object();
    json.set(
        "incident",
        known.map(i -> (JsonNode) EngineJson.incident(i)).orElse(NullNode.getInstance()));
    KnowledgeVerb.addPatterns(json, engine, incident);
    ExplainVerb.trail(audit, incident).forEach(json.putArray("trail")::add);
    return json;
  }

  private CompletionStage<Answer> opportunities(ObjectNode request) {
    Optional<HostState> state = engine.state();
    if (state.isEmpty()) {
      return CompletableFuture.completedFuture(
          Answer.failed(Exit.FAILED, "the host has not been looked at yet; try again in a second"));
    }
    List<Opportunity> found = engine.opportunities(state.get());
    if (!request.has("apply")) {
      return now(opportunities(found));
    }
    String id = text(request, "apply");
    Optional<Opportunity> chosen = found.stream().filter(o -> o.id().equals(id)).findFirst();
    return chosen.isPresent()
        ? receipt(engine.apply(chosen.get()))
        : CompletableFuture.completedFuture(
            Answer.failed(
                Exit.FAILED,
                "there is no opportunity '" + id + "' now; 'healing opportunities' lists them"));
  }

  static ArrayNode opportunities(List<Opportunity> found) {
    ArrayNode json = JsonText.array();
    found.forEach(opportunity -> json.add(EngineJson.opportunity(opportunity)));
    return json;
  }

  /** On a thread of its own: who is told may take its time. */
  private CompletionStage<Answer> notify(ObjectNode request) {
    if (!request.path("test").asBoolean(false)) {
      return now(notifier.json());
    }
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    String name = request.path("receiver").asString("");
    host.workers()
        .start(
            "notify-test",
            () -> {
              try {
                answer.complete(NotifyVerb.tested(notifier.test(NotifyVerb.named(name))));
              } catch (RuntimeException e) { // said where it is waited for
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  private CompletionStage<Answer> reload() {
    try {
      return reloader
          .reload()
          .thenApply(file -> Answer.of(JsonText.object().put("reloaded", file)));
    } catch (ConfigurationException e) {
      return CompletableFuture.completedFuture(
          Answer.failed(
              Exit.USAGE, "the old configuration stays:\n" + String.join("\n", e.problems())));
    }
  }

  private CompletionStage<Answer> receipt(CompletionStage<Receipt> receipt) {
    return receipt.thenApply(
        r -> Answer.of(exit(r, engine.incident(r.incident())), EngineJson.receipt(r)));
  }

  /** 0 only if it is healed; 3 if a person has to say yes first. */
  static int exit(Receipt receipt, Optional<Incident> incident) {
    if (receipt.outcome() == Outcome.HEALED) {
      return Exit.DONE;
    }
    boolean asks =
        receipt.outcome() == Outcome.NOT_ATTEMPTED
            && incident.filter(Incident::awaitsConfirmation).isPresent();
    return asks ? Exit.NOT_ALLOWED : Exit.FAILED;
  }

  private static CompletionStage<Answer> considered(CompletionStage<Decision> decision) {
    return decision.thenApply(d -> Answer.of(EngineJson.decision(d)));
  }

  private static CompletionStage<Answer> now(JsonNode result) {
    return CompletableFuture.completedFuture(Answer.of(result));
  }

  private static String text(ObjectNode request, String name) {
    String value = request.path(name).asString("");
    if (value.isBlank()) {
      throw new WronglyAskedException(
          request.has(name) ? "'" + name + "' is empty" : "the request has no '" + name + "'");
    }
    return value;
  }
}
