package dev.healing.optimizer;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Queues of connections that listeners have not accepted yet, as {@code ss} lists them. */
final class ListenQueues {
  private static final Command ASK =
      Command.of(Duration.ofSeconds(5), "ss", "-H", "-l", "-t", "-n");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** {@code LISTEN Recv-Q Send-Q …}: of a listener how many wait, and how many may. */
  private record Queue(long waiting, long most) {
    static Queue of(String line) {
      String[] columns = BLANKS.split(line.strip());
      boolean numbers =
          columns.length > 2 && columns[1].matches("\\d{1,9}") && columns[2].matches("\\d{1,9}");
      return numbers
          ? new Queue(Long.parseLong(columns[1]), Long.parseLong(columns[2]))
          : new Queue(0, 0);
    }

    boolean full() {
      return waiting > 0 && waiting >= most;
    }
  }

  private ListenQueues() {}

  /**
   * Whether a higher limit could give any of them more room: those that are full now, else all. A
   * listener that asked for less than the limit itself has no more whatever that is. True where
   * nobody tells.
   */
  static boolean mayGrowWith(long limit, CommandRunner commands) {
    List<Queue> all;
    try {
      Result told = commands.run(ASK);
      all = told.ok() ? told.stdout().lines().map(Queue::of).toList() : List.of();
    } catch (HostException e) {
      return true;
    }
    boolean anyFull = all.stream().anyMatch(Queue::full);
    return all.isEmpty()
        || all.stream().anyMatch(queue -> (queue.full() || !anyFull) && queue.most() >= limit);
  }
}
