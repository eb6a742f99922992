package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HostException;
import dev.healing.core.plugins.Plugins;
import dev.healing.spi.KnowledgeBase;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.TestHost;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningTest {
  private final TestHost host = new TestHost();

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
}
