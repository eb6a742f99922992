package dev.healing.core.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InboxTest {
  @Test
  @Timeout(60)
  void whatIsBehindAPostThatThrowsIsDoneNext() throws InterruptedException {
    Inbox inbox = new Inbox();
    List<String> done = new ArrayList<>();
    inbox.post(
        () -> {
          throw new IllegalStateException("broken");
        });
    inbox.post(() -> done.add("second"));
    assertThatThrownBy(inbox::drain).hasMessage("broken");
    inbox.await(Duration.ofHours(1)); // there is something to do, so at once
    inbox.drain();
    assertThat(done).containsExactly("second");
    assertThat(inbox.isEmpty()).isTrue();
  }

  @Test
  void ofWhatIsSaidEverSoOftenTheNewestWaitsAndNoOther() {
    Inbox inbox = new Inbox();
    List<String> heard = new ArrayList<>();
    Consumer<String> progress = inbox.newest(heard::add);
    for (int i = 0; i < 1_000; i++) {
      progress.accept("file " + i);
    }
    inbox.drain();
    progress.accept("the last");
    inbox.drain();
    assertThat(heard).containsExactly("file 999", "the last");
  }
}
