package dev.healing.runner;

import dev.healing.core.HealingEngine;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Views;

/** {@code plugins}. */
final class PluginsVerb implements Verb {
  @Override
  public String name() {
    return "plugins";
  }

  @Override
  public String summary() {
    return "The plugins, where they come from, and whether they are used.";
  }

  @Override
  public int run(Invocation invocation) {
    Answer answer =
        invocation
            .askSoon(invocation.request(name()))
            .orElseGet(() -> Answer.of(Looks.plugins(invocation.looking(HealingEngine::plugins))));
    return invocation.show(answer, Views::plugins);
  }
}
