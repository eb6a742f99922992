package dev.healing.runner;

import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.notify.NotifySettings;
import dev.healing.runner.notify.Trial;
import dev.healing.runner.text.Views;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.node.ArrayNode;

/** {@code notify [--test] [RECEIVER]}. */
final class NotifyVerb implements Verb {
  @Override
  public String name() {
    return "notify";
  }

  @Override
  public String summary() {
    return "Who is told what happens, and whether that works.";
  }

  @Override
  public void options(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("--test")
            .type(boolean.class)
            .description("Tell each of them that this is a test, and say what came of it.")
            .build());
    Operands.optional(spec, "RECEIVER", "With --test: only this one.");
  }

  @Override
  public int run(Invocation invocation) {
    boolean test = invocation.flag("--test");
    String receiver = invocation.operand().orElse("");
    if (!test && !receiver.isEmpty()) {
      throw invocation.wrong("a receiver is only named with --test");
    }
    Answer answer =
        invocation
            .ask(invocation.request(name()).put("test", test).put("receiver", receiver))
            .orElseGet(() -> ourselves(invocation, test, receiver));
    return invocation.show(answer, Views::notifications);
  }

  /** Without a daemon nothing waits, and there are no credentials that systemd hands to it. */
  private static Answer ourselves(Invocation invocation, boolean test, String receiver) {
    NotifySettings settings = NotifySettings.read(invocation.configuration());
    if (!test) {
      return Answer.of(settings.json());
    }
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory())) {
      return tested(Trial.of(settings, host, RunVerb.credentials(invocation), named(receiver)));
    }
  }

  static Optional<String> named(String receiver) {
    return Optional.of(receiver).filter(name -> !name.isEmpty());
  }

  static Answer tested(ArrayNode told) {
    boolean all = told.valueStream().allMatch(one -> one.path("ok").asBoolean(false));
    return Answer.of(all ? Exit.DONE : Exit.FAILED, told);
  }
}
