package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Whom the kernel killed for want of memory, from its log: asked for in the background, once for
 * each time that the count has grown. Where it cannot be read nobody is named.
 */
final class OomVictims {
  /** Name of the count of kills, by the unit or, without one, the process that was killed. */
  static final String KILLED = "memory.oom_killed.count";

  private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_NAMED = 50;

  /** Since Linux 5.0: one line for each, that is meant for programs. */
  private static final Pattern LINE =
      Pattern.compile(
          "oom-kill:constraint=.*,task_memcg=([^,\n]*),task=([^,\n]*),pid=\\d+,uid=\\d+$",
          Pattern.MULTILINE);

  private static final Pattern UNIT =
      Pattern.compile("[A-Za-z0-9:_.@\\\\-]{1,255}\\.(service|scope)");

  private final HostContext context;
  private final Counters counters = new Counters();

  OomVictims(HostContext context) {
    this.context = context;
  }

  synchronized List<Sample> lately() {
    return counters.lately(context.time().now());
  }

  /** So many more were killed. */
  void grown(long by) {
    context.workers().start("oom-victims", () -> ask((int) Math.min(by, MOST_NAMED)));
  }

  private void ask(int newest) {
    List<String> victims;
    try {
      Command dmesg = new Command(List.of("dmesg"), TIME_LIMIT, MOST_BYTES).asApart();
      victims = parse(context.commands().run(dmesg).stdout());
    } catch (HealingException e) {
      return; // no dmesg, or not for us: that it happened is known all the same
    }
    synchronized (this) {
      for (String victim : victims.subList(Math.max(0, victims.size() - newest), victims.size())) {
        Metric killed = Metric.of(KILLED, victim);
        counters.note(killed, counters.last(killed).orElse(0) + 1, context.time().now());
      }
    }
  }

  /** The units, or else processes, that were killed, oldest first. */
  static List<String> parse(String log) {
    List<String> victims = new ArrayList<>();
    for (MatchResult line : LINE.matcher(log).results().toList()) {
      String group = line.group(1);
      String last = group.substring(group.lastIndexOf('/') + 1);
      String task = line.group(2).replaceAll("[^\\x21-\\x7e]", "?");
      victims.add(UNIT.matcher(last).matches() ? last : task);
    }
    return victims;
  }
}
