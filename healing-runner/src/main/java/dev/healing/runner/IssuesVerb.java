package dev.healing.runner;

import dev.healing.runner.control.Answer;
import dev.healing.runner.text.StatusView;

/** {@code issues}. */
final class IssuesVerb implements Verb {
  @Override
  public String name() {
    return "issues";
  }

  @Override
  public String summary() {
    return "What is wrong now, and what is being done about it.";
  }

  @Override
  public int run(Invocation invocation) {
    Answer answer =
        invocation
            .askSoon(invocation.request(name()))
            .orElseGet(() -> Answer.of(invocation.looking(engine -> Looks.issues(engine.look()))));
    return invocation.show(answer, StatusView::issues);
  }
}
