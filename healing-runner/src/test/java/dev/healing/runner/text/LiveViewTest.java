package dev.healing.runner.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LiveViewTest {
  /** As when the daemon hangs. */
  @Test
  @Timeout(10)
  void whoeverEndsItDoesNotWaitForAStatusThatDoesNotCome() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LiveView live =
        new LiveView(
            new PrintStream(out, true, UTF_8),
            () -> new LiveView.Screen(Style.PLAIN, 24),
            () -> {
              asked.countDown();
              boolean interrupted = false;
              while (never.getCount() > 0) { // deaf, as what is read from a socket may be
                try {
                  never.await();
                } catch (InterruptedException e) {
                  interrupted = true;
                }
              }
              if (interrupted) {
                Thread.currentThread().interrupt();
              }
              return JsonText.object();
            });
    live.open();
    asked.await();
    live.close();
    assertThat(out.toString(UTF_8)).as("the terminal is as it was").endsWith("\u001b[?1049l");
    never.countDown();
  }
}
