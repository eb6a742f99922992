package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HealingException;
import dev.healing.api.Outcome;
import dev.healing.core.calls.Inbox;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.journal.Intent;
import dev.healing.core.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleTest {
  @TempDir Path directory;

  @Test
  void withoutItsReceiptNothingIsMarkedAsDoneAndNothingIsBegun() throws IOException {
    try (LinuxHost host = LinuxHost.open(directory)) {
      Chronicle chronicle = new Chronicle(host, new Inbox());
      Intent first = Given.intent("a.1", host.time().now(), Given.RESTART, "web.service");
      chronicle.journal().add(first);
      chronicle.commitIntents();
      chronicle.ended(Given.receipt(first, Outcome.HEALED, host.time().now()));
      chronicle.journal().add(Given.intent("b.1", host.time().now(), Given.RESTART, "db.service"));
      Path audit = Files.createDirectory(directory.resolve(Audit.FILE));

      assertThatThrownBy(chronicle::commitIntents).isInstanceOf(HealingException.class);

      assertThat(chronicle.troubles()).singleElement().asString().contains("nothing is done");
      Journal crashed = new Journal(host.state(), host.time());
      assertThat(crashed.open()).as("without a mark").extracting(Intent::id).containsExactly("a.1");
      assertThat(chronicle.journal().open()).as("not begun").isEmpty();

      Files.delete(audit);
      chronicle.commitIntents();
      assertThat(chronicle.troubles()).isEmpty();
      assertThat(chronicle.audit().history(5)).hasSize(1);
      assertThat(new Journal(host.state(), host.time()).open()).isEmpty();
    }
  }
}
