package dev.healing.runner;

import dev.healing.core.HealingEngine;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.StatusView;

/** {@code once}. */
final class OnceVerb implements Verb {
  @Override
  public String name() {
    return "once";
  }

  @Override
  public String summary() {
    return "Look once: health, issues and what would be done. Changes nothing.";
  }

  @Override
  public int run(Invocation invocation) {
    return invocation.show(
        Answer.of(Looks.once(invocation.looking(HealingEngine::look))), StatusView::once);
  }
}
