package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.core.EngineJson;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.HistoryView;
import dev.healing.spi.TimeSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.node.ObjectNode;

/** {@code heal (ISSUE-ID | --type T --component C) [--dry-run]}. */
final class HealVerb implements Verb {
  @Override
  public String name() {
    return "heal";
  }

  @Override
  public String summary() {
    return "Heal this now: guarded, journalled and validated as any heal.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.optional(spec, "ISSUE-ID", "The issue or incident, as 'healing issues' shows it.");
    Options.text(spec, "--type", "T", "The type of issue, with --component.");
    Options.text(spec, "--component", "C", "What it is about: nginx.service, /var, …");
    Options.flag(spec, "--dry-run", "Say what would be decided and done; do nothing.");
  }

  @Override
  public int run(Invocation invocation) {
    Optional<String> id = invocation.operand();
    Optional<String> type = invocation.option("--type");
    Optional<String> component = invocation.option("--component");
    if (id.isPresent() == type.isPresent() || type.isPresent() != component.isPresent()) {
      throw invocation.wrong("expected an ISSUE-ID, or --type and --component together");
    }
    ObjectNode request = invocation.request(name());
    id.ifPresent(i -> request.put("id", i));
    type.ifPresent(t -> request.put("type", t));
    component.ifPresent(c -> request.put("component", c));
    boolean dryRun = invocation.flag("--dry-run");
    request.put("dryRun", dryRun);
    Answer answer =
        UnderWay.ask(invocation, request)
            .orElseGet(() -> dryRun ? consider(invocation, request) : heal(invocation, request));
    return invocation.show(answer, dryRun ? HistoryView::decision : HistoryView::receipt);
  }

  private static Answer consider(Invocation invocation, ObjectNode request) {
    return invocation.looking(
        engine ->
            engine.look(Origin.REQUESTED).decisions().stream()
                .filter(decision -> isWanted(decision.plan().issue(), request))
                .findFirst()
                .map(decision -> Answer.of(EngineJson.decision(decision)))
                .orElseGet(() -> Answer.failed(Exit.FAILED, notThere(request))));
  }

  private static Answer heal(Invocation invocation, ObjectNode request) {
    try (LinuxHost host = invocation.openHost()) {
      return OneHeal.with(
          invocation.err(),
          invocation.columns(),
          HealingEngine.builder().host(host).configuration(invocation.configuration()),
          engine -> {
            Issue wanted = wanted(engine, request, host.time());
            return () -> engine.request(wanted);
          });
    }
  }

  /** The issue as it is seen now, or one made on the operator's word. */
  private static Issue wanted(HealingEngine engine, ObjectNode request, TimeSource time) {
    Optional<Issue> seen =
        engine.look().issues().stream().filter(issue -> isWanted(issue, request)).findFirst();
    if (seen.isEmpty() && request.has("id")) {
      throw new HealingException(notThere(request));
    }
    return seen.orElseGet(
        () -> Requests.issue(text(request, "type"), text(request, "component"), time));
  }

  private static boolean isWanted(Issue issue, ObjectNode request) {
    if (request.has("id")) {
      // Without a daemon an issue's id is new at every look; its first part, the fingerprint,
      // isn't.
      return issue.fingerprint().hash().equals(text(request, "id").split("-", 2)[0]);
    }
    return issue.type().name().equals(text(request, "type"))
        && issue.components().equals(Set.of(text(request, "component")));
  }

  private static String notThere(ObjectNode request) {
    String what =
        request.has("id")
            ? "'" + text(request, "id") + "'"
            : text(request, "type") + " of " + text(request, "component");
    return "there is no issue " + what + " now; 'healing issues' lists them";
  }

  private static String text(ObjectNode request, String name) {
    return request.path(name).asString("");
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof HealingException known) {
        throw known;
      }
      throw e;
    }
  }
}
