package dev.healing.runner;

import dev.healing.api.Decision;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Unreadable;
import dev.healing.core.EngineJson;
import dev.healing.core.EngineStatus;
import dev.healing.core.Look;
import dev.healing.core.PluginInfo;
import dev.healing.core.Prevention;
import dev.healing.core.json.JsonText;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON that the reading verbs print; stable. */
final class Looks {
  private static final List<Metric> KEY_METRICS =
      List.of(Metric.MEMORY_USED, Metric.SWAP_USED, Metric.CPU_BUSY, Metric.LOAD);

  private Looks() {}

  /** {@code {health, issues, plans, unreadable}}. */
  static ObjectNode once(Look look) {
    ObjectNode json = JsonText.object();
    number(json, "health", look.state().health());
    ArrayNode issues = json.putArray("issues");
    look.issues().forEach(issue -> issues.add(EngineJson.issue(issue)));
    ArrayNode plans = json.putArray("plans");
    look.decisions().forEach(decision -> plans.add(plan(decision)));
    unreadable(json, look.unreadable());
    json.set("metrics", metrics(look.state()));
    return json;
  }

  /** {@code {issue, actions, confidence, verdict, reason}}. */
  private static ObjectNode plan(Decision decision) {
    ObjectNode json = JsonText.object();
    json.put("issue", decision.plan().issue().id());
    ArrayNode actions = json.putArray("actions");
    decision.plan().actions().forEach(step -> actions.add(step.action().id().name()));
    if (decision.plan().empty()) {
      json.putNull("confidence");
    } else {
      json.put("confidence", decision.plan().next().confidence().value());
    }
    json.put("verdict", decision.verdict().kind().name());
    String chosen = decision.plan().reason();
    String judged = decision.verdict().reason();
    json.put("reason", chosen.equals(judged) ? chosen : chosen + "; " + judged);
    return json;
  }

  /** {@code {health, daemon, issues: [issue + {incident, status, note}], unreadable}}. */
  static ObjectNode issues(
      List<Incident> incidents, Optional<HostState> state, List<Unreadable> unreadable) {
    ObjectNode json = JsonText.object().put("daemon", true);
    number(json, "health", state.map(HostState::health).orElse(OptionalDouble.empty()));
    ArrayNode issues = json.putArray("issues");
    worstFirst(incidents).forEach(incident -> issues.add(open(incident)));
    unreadable(json, unreadable);
    return json;
  }

  /** The same without a daemon: nobody keeps incidents, so there is only what is seen now. */
  static ObjectNode issues(Look look) {
    ObjectNode json = JsonText.object().put("daemon", false);
    number(json, "health", look.state().health());
    ArrayNode issues = json.putArray("issues");
    for (Issue issue : look.issues()) {
      issues.add(EngineJson.issue(issue));
    }
    unreadable(json, look.unreadable());
    return json;
  }

  /** Those that are open: the worst first, and of those the newest. */
  private static List<Incident> worstFirst(List<Incident> newestFirst) {
    return newestFirst.stream()
        .filter(incident -> !incident.closed())
        .sorted(Comparator.comparing((Incident one) -> one.issue().severity()).reversed())
        .toList();
  }

  private static ObjectNode open(Incident incident) {
    ObjectNode json = EngineJson.issue(incident.issue());
    json.put("incident", incident.id());
    json.put("status", incident.status().name());
    json.put("firstSeen", incident.firstSeen().toString());
    json.put("attempts", incident.attempts().size());
    json.put("awaitsConfirmation", incident.awaitsConfirmation());
    incident.confirmation().ifPresent(id -> json.put("confirmation", id));
    json.put("note", incident.note());
    return json;
  }

  /** The status of a running daemon. */
  static ObjectNode status(
      EngineStatus status,
      long pid,
      Optional<HostState> state,
      List<Incident> incidents,
      List<Unreadable> unreadable) {
    ObjectNode json = JsonText.object().put("daemon", true);
    json.put("version", Main.version());
    json.put("pid", pid);
    json.put("startedAt", status.startedAt().toString());
    number(json, "health", status.health());
    json.put("autonomy", status.autonomy().name());
    json.put("paused", status.paused().orElse(null));
    status.trouble().forEach(json.putArray("trouble")::add);
    status.triggers().forEach(json.putArray("triggers")::add);
    json.put("looks", status.looks());
    json.put("openIncidents", status.openIncidents());
    json.put("healsInLastHour", status.healsInLastHour());
    ObjectNode preventions = json.putObject("preventions");
    status.preventions().forEach((verdict, count) -> preventions.put(name(verdict), count));
    json.set("metrics", state.map(Looks::metrics).orElseGet(JsonText::object));
    ArrayNode issues = json.putArray("issues");
    worstFirst(incidents).forEach(incident -> issues.add(open(incident)));
    unreadable(json, unreadable);
    return json;
  }

  /** {@code prevented}, {@code needless}, {@code inVain}, {@code unknown}. */
  private static String name(Prevention.Verdict verdict) {
    return switch (verdict) {
      case PREVENTED -> "prevented";
      case NEEDLESS -> "needless";
      case IN_VAIN -> "inVain";
      case UNKNOWN -> "unknown";
    };
  }

  /** The status where no daemon runs. */
  static ObjectNode status(Look look, Optional<String> paused) {
    ObjectNode json = JsonText.object().put("daemon", false);
    json.put("version", Main.version());
    number(json, "health", look.state().health());
    json.put("paused", paused.orElse(null));
    json.set("metrics", metrics(look.state()));
    ArrayNode issues = json.putArray("issues");
    look.issues().forEach(issue -> issues.add(EngineJson.issue(issue)));
    unreadable(json, look.unreadable());
    return json;
  }

  /** The key metrics by name; what could not be read is absent. */
  static ObjectNode metrics(HostState state) {
    ObjectNode json = JsonText.object();
    for (Metric metric : KEY_METRICS) {
      state.value(metric).ifPresent(value -> json.put(metric.toString(), value));
    }
    for (String name : List.of(Metric.PRESSURE_SOME, Metric.FILESYSTEM_USED)) {
      for (String component : state.components(name)) {
        Metric metric = Metric.of(name, component);
        state.value(metric).ifPresent(value -> json.put(metric.toString(), value));
      }
    }
    return json;
  }

  /** {@code [{kind, name, origin, state, problem}]}. */
  static ArrayNode plugins(List<PluginInfo> plugins) {
    ArrayNode json = JsonText.array();
    for (PluginInfo plugin : plugins) {
      json.addObject()
          .put("kind", plugin.kind())
          .put("name", plugin.name())
          .put("origin", plugin.origin())
          .put("state", plugin.state())
          .put("problem", plugin.problem().orElse(null));
    }
    return json;
  }

  private static void unreadable(ObjectNode json, List<Unreadable> unreadable) {
    ArrayNode array = json.putArray("unreadable");
    unreadable.forEach(u -> array.addObject().put("what", u.what()).put("why", u.why()));
  }

  private static void number(ObjectNode json, String name, OptionalDouble value) {
    if (value.isPresent()) {
      json.put(name, Math.round(value.getAsDouble() * 10) / 10.0);
    } else {
      json.putNull(name);
    }
  }
}
