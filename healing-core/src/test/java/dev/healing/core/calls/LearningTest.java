package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.core.Given;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.Workers;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LearningTest implements Workers {
  private final TestHost host = new TestHost();
  private final Inbox inbox = new Inbox();
  private boolean free = true;
  private @Nullable Runnable late;

  @Test
  void whoCannotBeToldKeepsNobodyElseWaiting() {
    Learning learning = new Learning(host.time(), host.workers(), new Inbox(), patterns -> {});
    List<String> told = new ArrayList<>();
    learning.afterwards(
        () -> {
          throw new HostException("tell: no thread could be started");
        });
    learning.afterwards(() -> told.add("what came of it"));

    KnowledgeBase none = new NoKnowledge().create(host);
    learning.commit(new Plugins.Named<>("none", none));

    assertThat(told).containsExactly("what came of it");
    assertThat(learning.idle()).isTrue();
  }

  @Test
  void whatNoWorkerCameFreeForIsLearnedLater() {
    List<String> learned = new ArrayList<>();
    Plugins.Named<KnowledgeBase> named = new Plugins.Named<>("base", learns(learned));
    Learning learning = new Learning(host.time(), this, inbox, patterns -> {});
    List<String> told = new ArrayList<>();
    learning.add(receipt("a.1"));
    learning.add(receipt("b.1"));
    learning.afterwards(() -> told.add("what came of them"));
    free = false;
    learning.commit(named);
    learning.add(receipt("c.1"));
    host.time().advance(Duration.ofSeconds(2));
    learning.enforce(Duration.ofSeconds(2));
    inbox.drain();
    assertThat(learned).isEmpty();
    assertThat(told).as("nobody waits for it").hasSize(1);
    assertThat(learning.trouble().orElseThrow()).contains("no worker");

    free = true;
    learning.commit(named);
    host.time().runReady();
    inbox.drain();
    assertThat(learned).containsExactly("a.1", "b.1", "c.1");
    assertThat(learning.trouble()).isEmpty();
    learning.commit(named);
    host.time().runReady();
    assertThat(learned).as("once").hasSize(3);
  }

  @Test
  void whatAWorkerComesTooLateForIsLearnedOnce() {
    List<String> learned = new ArrayList<>();
    Plugins.Named<KnowledgeBase> named = new Plugins.Named<>("base", learns(learned));
    Learning learning = new Learning(host.time(), this, inbox, patterns -> {});
    learning.add(receipt("a.1"));
    late = () -> {};
    learning.commit(named);
    host.time().advance(Duration.ofSeconds(2));
    learning.enforce(Duration.ofSeconds(2));
    inbox.drain();

    Objects.requireNonNull(late).run();
    inbox.drain();
    assertThat(learned).as("it waits again").isEmpty();
    late = null;
    learning.commit(named);
    host.time().runReady();
    assertThat(learned).containsExactly("a.1");
  }

  private static KnowledgeBase learns(List<String> learned) {
    return new KnowledgeBase() {
      @Override
      public Confidence confidence(Fingerprint fingerprint, ActionId action) {
        return Confidence.UNKNOWN;
      }

      @Override
      public String export() {
        return "{}";
      }

      @Override
      public void record(Collection<Receipt> receipts) {
        receipts.forEach(receipt -> learned.add(receipt.id()));
      }
    };
  }

  private Receipt receipt(String id) {
    Instant at = host.time().now();
    return Given.receipt(Given.intent(id, at, Given.RESTART, "web.service"), Outcome.HEALED, at);
  }

  @Override
  public Task start(String name, Runnable task) {
    if (!free) {
      throw new HostException("no thread could be started");
    }
    if (late == null) {
      return host.workers().start(name, task);
    }
    late = task;
    return new Task() {
      @Override
      public void cancel() {}

      @Override
      public boolean done() {
        return false;
      }
    };
  }

  @Override
  public void sleep(Duration duration) {
    throw new AssertionError("nobody sleeps here");
  }
}
