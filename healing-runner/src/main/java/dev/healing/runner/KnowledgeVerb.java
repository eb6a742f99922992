package dev.healing.runner;

import dev.healing.runner.control.Answer;
import dev.healing.runner.control.Json;
import dev.healing.runner.text.Views;
import picocli.CommandLine.Model.CommandSpec;

/** {@code knowledge (show|export)}. */
final class KnowledgeVerb implements Verb {
  @Override
  public String name() {
    return "knowledge";
  }

  @Override
  public String summary() {
    return "What was learned: which remedy helped against what, and how often.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.required(spec, "(show|export)", "Indented to read, or on one line to keep.");
  }

  @Override
  public int run(Invocation invocation) {
    String how = invocation.operand().orElseThrow();
    if (!how.equals("show") && !how.equals("export")) {
      throw invocation.wrong("knowledge '" + how + "': expected show or export");
    }
    Answer answer =
        invocation
            .ask(invocation.request(name()))
            .orElseGet(
                () ->
                    Answer.of(
                        invocation.looking(engine -> Json.MAPPER.readTree(engine.knowledge()))));
    if (how.equals("export") && answer.error().isEmpty()) {
      invocation.out().println(answer.result());
      return answer.exit();
    }
    return invocation.show(answer, Views::document);
  }
}
