package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.Opportunity;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.HistoryView;
import dev.healing.runner.text.OpportunitiesView;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.node.ObjectNode;

/** {@code opportunities [--apply ID]}. */
final class OpportunitiesVerb implements Verb {
  @Override
  public String name() {
    return "opportunities";
  }

  @Override
  public String summary() {
    return "What is worth doing before it is an issue, best first.";
  }

  @Override
  public void options(CommandSpec spec) {
    Options.text(spec, "--apply", "ID", "Have this one done: guarded and validated as any heal.");
  }

  @Override
  public int run(Invocation invocation) {
    Optional<String> apply = invocation.option("--apply");
    ObjectNode request = invocation.request(name());
    apply.ifPresent(id -> request.put("apply", id));
    Answer answer =
        UnderWay.ask(invocation, request)
            .orElseGet(
                () ->
                    apply.isPresent()
                        ? apply(invocation, apply.get())
                        : Answer.of(invocation.looking(e -> Requests.opportunities(found(e)))));
    return invocation.show(
        answer, apply.isPresent() ? HistoryView::receipt : OpportunitiesView::opportunities);
  }

  private static Answer apply(Invocation invocation, String id) {
    try (LinuxHost host = invocation.openHost()) {
      return OneHeal.with(
          invocation.err(),
          invocation.columns(),
          HealingEngine.builder().host(host).configuration(invocation.configuration()),
          engine -> {
            Opportunity chosen = chosen(engine, id);
            return () -> engine.apply(chosen);
          });
    }
  }

  private static Opportunity chosen(HealingEngine engine, String id) {
    return found(engine).stream()
        .filter(opportunity -> opportunity.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new HealingException(
                    "there is no opportunity '"
                        + id
                        + "' now; 'healing opportunities' lists them"));
  }

  private static List<Opportunity> found(HealingEngine engine) {
    return engine.opportunities(engine.look().state());
  }
}
