package dev.healing.runner;

import dev.healing.runner.control.Answer;
import java.util.List;

/** {@code reload}. */
final class ReloadVerb implements Verb {
  @Override
  public String name() {
    return "reload";
  }

  @Override
  public String summary() {
    return "Have the daemon read its configuration again: all of it or nothing.";
  }

  @Override
  public int run(Invocation invocation) {
    Answer answer =
        invocation
            .ask(invocation.request(name()))
            .orElseGet(() -> Answer.failed(Exit.FAILED, "no daemon runs here to reload"));
    return invocation.show(
        answer, (json, style) -> List.of("reloaded " + json.path("reloaded").asString("")));
  }
}
