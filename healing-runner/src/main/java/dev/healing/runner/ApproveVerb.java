package dev.healing.runner;

import dev.healing.runner.control.Answer;
import dev.healing.runner.text.HistoryView;
import picocli.CommandLine.Model.CommandSpec;

/** {@code approve ID}. */
final class ApproveVerb implements Verb {
  @Override
  public String name() {
    return "approve";
  }

  @Override
  public String summary() {
    return "Do exactly what this incident's pending decision shows.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.required(
        spec,
        "ID",
        "What is asked, as 'issues' shows it (INCIDENT.DIGEST); or the incident, or the beginning of its id, for what is asked there, unless that has changed since it was first shown.");
  }

  @Override
  public int run(Invocation invocation) {
    Answer answer =
        UnderWay.ask(
                invocation,
                invocation.request(name()).put("id", invocation.operand().orElseThrow()))
            .orElseGet(
                () ->
                    Answer.failed(
                        Exit.FAILED, "no daemon runs here, so nothing waits to be approved"));
    return invocation.show(answer, HistoryView::receipt);
  }
}
