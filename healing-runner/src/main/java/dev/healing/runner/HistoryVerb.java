package dev.healing.runner;

import dev.healing.core.Audit;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.HistoryView;
import dev.healing.runner.text.Lines;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.node.ArrayNode;

/** {@code history}. */
final class HistoryVerb implements Verb {
  @Override
  public String name() {
    return "history";
  }

  @Override
  public String summary() {
    return "What was done and what came of it, newest first.";
  }

  @Override
  public void options(CommandSpec spec) {
    Options.number(spec, "--most", "N", "How many at most; 100 if not given.");
  }

  @Override
  public int run(Invocation invocation) {
    int most = invocation.number("--most", 100);
    if (most < 1 || most > 10_000) {
      throw invocation.wrong("--most is " + most + ": expected 1 to 10000");
    }
    Answer answer =
        invocation
            .askSoon(invocation.request(name()).put("most", most))
            .orElseGet(() -> fromFiles(invocation, most));
    return invocation.show(answer, HistoryView::history);
  }

  private static Answer fromFiles(Invocation invocation, int most) {
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory())) {
      Audit audit = new Audit(host.state());
      ArrayNode history = Requests.history(audit, most);
      return Answer.of(isAll(invocation, audit) ? Exit.DONE : Exit.FAILED, history);
    }
  }

  /** What could not be read looks like what never was: that is said. */
  static boolean isAll(Invocation invocation, Audit audit) {
    Optional<String> trouble = audit.trouble();
    trouble.ifPresent(what -> invocation.err().println("healing: " + Lines.clean(what)));
    return trouble.isEmpty();
  }
}
