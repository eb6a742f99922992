package dev.healing.runner;

import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.notify.NotifySettings;
import dev.healing.runner.notify.Trial;
import dev.healing.runner.text.Views;
import dev.healing.runner.text.Waiting;
import dev.healing.runner.text.Waiting.Progress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
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
    Answer answer = test ? tried(invocation, receiver) : answer(invocation, false, receiver);
    return invocation.show(answer, Views::notifications);
  }

  private Answer answer(Invocation invocation, boolean test, String receiver) {
    return invocation
        .ask(invocation.request(name()).put("test", test).put("receiver", receiver))
        .orElseGet(() -> ourselves(invocation, test, receiver));
  }

  /** One after the other, so that it is seen who does not answer. */
  private Answer tried(Invocation invocation, String receiver) {
    List<String> receivers =
        receiver.isEmpty()
            ? answer(invocation, false, "")
                .result()
                .valueStream()
                .map(one -> one.path("receiver").asString(""))
                .toList()
            : List.of(receiver);
    return tried(
        receivers.isEmpty() ? List.of("") : receivers, // the answer says that there is none
        one -> answer(invocation, true, one),
        question -> Waiting.on(invocation.err(), invocation.columns(), question));
  }

  /**
   * Tells each.
   *
   * @param waiting shows how far that is, until it is closed
   */
  @SuppressWarnings("try") // it is there to be closed
  static Answer tried(
      List<String> receivers,
      Function<String, Answer> tell,
      Function<Supplier<Optional<Progress>>, Waiting> waiting) {
    ArrayNode told = JsonText.array();
    AtomicInteger next = new AtomicInteger();
    try (Waiting unused = waiting.apply(() -> Optional.of(progress(receivers, next.get())))) {
      for (String one : receivers) {
        Answer answer = tell.apply(one);
        if (answer.error().isPresent()) {
          return answer;
        }
        answer.result().forEach(told::add);
        next.incrementAndGet();
      }
    }
    return tested(told);
  }

  private static Progress progress(List<String> receivers, int done) {
    String who = receivers.get(Math.min(done, receivers.size() - 1));
    String which =
        receivers.size() > 1
            ? Math.min(done + 1, receivers.size()) + " of " + receivers.size() + ", "
            : "";
    long expected = Trial.LONGEST.toMillis() * receivers.size();
    return new Progress(which + who + " is told", Optional.empty(), Optional.of(expected));
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
