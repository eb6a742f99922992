package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HealingException;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.ControlServer;
import dev.healing.runner.http.HttpSettings;
import dev.healing.runner.http.OperatorView;
import dev.healing.runner.notify.Notifier;
import dev.healing.runner.notify.NotifySettings;
import dev.healing.runner.text.EventLines;
import dev.healing.runner.text.LiveView;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** {@code run}: the daemon. */
final class RunVerb implements Verb {
  private static final System.Logger LOG = System.getLogger(RunVerb.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(30);

  /** With half a minute between them and half a minute for each: five minutes. */
  private static final int UNANSWERED = 5;

  @Override
  public String name() {
    return "run";
  }

  @Override
  public String summary() {
    return "The daemon: watch this host and heal it.";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public void options(CommandSpec spec) {
    Options.text(
        spec,
        "--http",
        "ADDRESS",
        "Serve a page, an API and metrics there, for example 127.0.0.1:8420; see docs/http.md.");
  }

  /** What is shown while it runs. */
  private interface View extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  @SuppressWarnings("try") // the resources are there to be closed
  public int run(Invocation invocation) {
    CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    Optional<InetSocketAddress> address =
        invocation.option("--http").map(t -> address(invocation, t));
    Configuration configuration = invocation.configuration();
    try (LinuxHost host = invocation.openHost();
        HealingEngine engine =
            HealingEngine.builder().host(host).configuration(configuration).build();
        Notifier notifier = new Notifier(host, credentials(invocation))) {
      notifier.configure(NotifySettings.read(configuration));
      engine.addListener(notifier);
      AtomicReference<Configuration> holds = new AtomicReference<>(configuration);
      Requests requests =
          new Requests(
              engine,
              host,
              holds::get,
              () -> reload(invocation, engine, holds, notifier),
              notifier);
      // Its problems were told with all others, or there would be no engine.
      Optional<HttpSettings> http = HttpSettings.read(configuration, address);
      Signals.handle("TERM", () -> over.complete(null));
      Signals.handle("INT", () -> over.complete(null));
      Signals.handle("HUP", () -> hangUp(invocation, engine, holds, notifier));
      try (View view = view(invocation, engine);
          @Nullable OperatorView page =
              http.map(
                      to ->
                          OperatorView.of(
                              to, host, engine, Main.version(), requests::answer, notifier.links()))
                  .orElse(null)) {
        engine.start(); // before anybody can ask it something
        engine.ended().whenComplete((none, fault) -> end(over, fault));
        try (ControlServer control = control(invocation, host, requests)) {
          if (page != null) {
            open(page, invocation);
          }
          ServiceManager systemd = new ServiceManager(host.commands(), invocation.environment());
          systemd.alive();
          return await(
              over,
              BETWEEN_QUESTIONS,
              () -> {
                var state = engine.state();
                systemd.alive(); // only who answers is
                return state;
              });
        }
      }
    }
  }

  /** Where systemd keeps what LoadCredential= names. */
  static Optional<String> credentials(Invocation invocation) {
    return Optional.ofNullable(invocation.environment().get("CREDENTIALS_DIRECTORY"));
  }

  /** None, where nothing can be written: looking goes on without being asked. */
  private static @Nullable ControlServer control(
      Invocation invocation, LinuxHost host, Requests requests) {
    try {
      return ControlServer.open(invocation.stateDirectory(), PATIENCE, requests::answer);
    } catch (HealingException e) {
      if (host.state().trouble().isEmpty()) {
        throw e;
      }
      LOG.log(System.Logger.Level.ERROR, "nobody can ask this daemon: " + e.getMessage());
      return null;
    }
  }

  /** Healing goes on without being looked at, if it cannot be. */
  private static void open(OperatorView page, Invocation invocation) {
    try {
      invocation.out().println(page.open());
    } catch (HealingException e) {
      LOG.log(System.Logger.Level.ERROR, "nobody can look by HTTP: " + e.getMessage());
    }
  }

  private static InetSocketAddress address(Invocation invocation, String text) {
    return HttpSettings.parse(text)
        .orElseThrow(
            () -> invocation.wrong("--http is '" + text + "': expected " + HttpSettings.EXPECTED));
  }

  private static void end(CompletableFuture<@Nullable Void> over, @Nullable Throwable fault) {
    if (fault == null) {
      over.complete(null);
    } else {
      over.completeExceptionally(fault);
    }
  }

  /**
   * Waits for a signal, or for the end of the engine. A daemon whose engine has died, or takes no
   * turns any more, must not go on answering: it fails, so that whoever started it starts another
   * one.
   *
   * @param question is asked of the engine now and then; throws if it does not answer in its time
   */
  static int await(CompletableFuture<@Nullable Void> over, Duration between, Supplier<?> question) {
    try {
      for (int unanswered = 0; unanswered < UNANSWERED; ) {
        try {
          over.get(between.toMillis(), TimeUnit.MILLISECONDS);
          return Exit.DONE;
        } catch (TimeoutException e) {
          unanswered = answers(question) ? 0 : unanswered + 1;
        }
      }
      LOG.log(
          System.Logger.Level.ERROR,
          "the engine's thread hangs, so the daemon ends to be started again");
      return Exit.FAILED;
    } catch (ExecutionException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "the engine's thread has died, so the daemon ends to be started again: " + e.getCause());
      return Exit.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.FAILED;
    }
  }

  private static boolean answers(Supplier<?> question) {
    try {
      Object unused = question.get();
      return true;
    } catch (HealingException e) {
      return false;
    }
  }

  private static View view(Invocation invocation, HealingEngine engine) {
    Map<String, String> environment = invocation.environment();
    boolean journal = environment.containsKey("JOURNAL_STREAM");
    if (journal || !invocation.terminal()) {
      engine.addListener(new EventLines(invocation.out(), journal));
      return () -> {};
    }
    LiveView live =
        new LiveView(
            invocation.out(),
            Terminal.followed(invocation.environment(), invocation.stateDirectory())::screen,
            () ->
                Looks.status(
                    engine.status(),
                    ProcessHandle.current().pid(),
                    engine.state(),
                    engine.incidents(),
                    engine.unreadable()));
    engine.addListener(live);
    live.open();
    return live::close;
  }

  private static CompletionStage<String> reload(
      Invocation invocation,
      HealingEngine engine,
      AtomicReference<Configuration> holds,
      Notifier notifier) {
    String file = invocation.configurationFile().map(Object::toString).orElse("the defaults");
    Configuration changed = invocation.configuration();
    NotifySettings told = NotifySettings.read(changed); // refuses before anything is changed
    return engine
        .reload(changed)
        .thenApply(
            none -> {
              holds.set(changed);
              notifier.configure(told);
              return file;
            });
  }

  private static void hangUp(
      Invocation invocation,
      HealingEngine engine,
      AtomicReference<Configuration> holds,
      Notifier notifier) {
    try {
      reload(invocation, engine, holds, notifier)
          .whenComplete(
              (file, fault) -> {
                if (fault != null) {
                  invocation.err().println("healing: not all of the reload holds: " + fault);
                }
              });
    } catch (ConfigurationException e) {
      invocation.err().println("healing: the old configuration stays:");
      e.problems().forEach(invocation.err()::println);
    } catch (HealingException e) {
      invocation.err().println("healing: the old configuration stays: " + e.getMessage());
    }
  }
}
