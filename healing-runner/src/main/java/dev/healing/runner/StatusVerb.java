package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.core.OffSwitch;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.LiveView;
import dev.healing.runner.text.StatusView;
import dev.healing.runner.text.Style;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code status [--watch]}. */
final class StatusVerb implements Verb {
  private static final int SECONDS_BETWEEN_LINES = 2;

  /** Whoever watches sees soon that it hangs; it is asked again with the next picture. */
  private static final Duration WATCHING = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "status";
  }

  @Override
  public String summary() {
    return "How the host and the daemon are.";
  }

  @Override
  public void options(CommandSpec spec) {
    Options.flag(
        spec,
        "--watch",
        "Show it all the time, until Ctrl-C; in a pipe a line whenever it changes.");
  }

  @Override
  public int run(Invocation invocation) {
    if (!invocation.flag("--watch")) {
      return invocation.show(answer(invocation), StatusView::status);
    }
    CountDownLatch over = new CountDownLatch(1);
    Signals.handle("INT", over::countDown);
    Signals.handle("TERM", over::countDown);
    try {
      if (invocation.terminal() && !invocation.json()) {
        draw(invocation, over);
      } else {
        lines(invocation, over);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Exit.DONE;
  }

  private Answer answer(Invocation invocation) {
    return invocation.askSoon(invocation.request(name())).orElseGet(() -> ownLook(invocation));
  }

  private JsonNode watched(Invocation invocation) {
    return invocation
        .askSoon(invocation.request(name()), WATCHING)
        .orElseGet(() -> ownLook(invocation))
        .result();
  }

  private static Answer ownLook(Invocation invocation) {
    Optional<String> paused;
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory())) {
      paused = new OffSwitch(host.state(), host.time()).paused();
    }
    return Answer.of(invocation.looking(engine -> Looks.status(engine.look(), paused)));
  }

  private void draw(Invocation invocation, CountDownLatch over) throws InterruptedException {
    // What is wrong with asking is said as ever.
    JsonNode[] last = {watched(invocation)}; // from here on the painter's alone
    LiveView live =
        new LiveView(
            invocation.out(),
            Terminal.followed(invocation.environment(), invocation.stateDirectory())::screen,
            () -> {
              try {
                last[0] = watched(invocation);
                return last[0];
              } catch (HealingException e) { // it hangs, for example
                return unanswered(last[0], e);
              }
            });
    live.open();
    try {
      over.await();
    } finally {
      live.close();
    }
  }

  /** What was, and that it is not what is. */
  static JsonNode unanswered(JsonNode last, HealingException why) {
    JsonNode status = last.deepCopy();
    if (status instanceof ObjectNode object) {
      object.withArray("trouble").insert(0, "this is how it was: " + why.getMessage());
    }
    return status;
  }

  /** Whoever reads them may stop at any time. */
  private void lines(Invocation invocation, CountDownLatch over) throws InterruptedException {
    List<String> before = List.of();
    do {
      JsonNode status = answer(invocation).result();
      List<String> now =
          invocation.json()
              ? List.of(status.toString())
              : StatusView.statusLine(status, Style.PLAIN);
      if (!now.equals(before)) {
        now.forEach(invocation.out()::println);
      }
      before = now;
    } while (!invocation.out().checkError()
        && !over.await(SECONDS_BETWEEN_LINES, TimeUnit.SECONDS));
  }
}
