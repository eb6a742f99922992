package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An enabled timer is active, looks well, and will never fire: what it counts from never came
 * ({@code OnUnitActiveSec=} alone, for a service that nobody starts), or its calendar names no time
 * to come. Enabled is what {@code timers.target} wants. One that counts once from the boot and has
 * fired is done, and one that waits for the clock to be set has no time to tell. Asked every two
 * minutes, and once more at the next look when there is another than before. Key: {@code ignore},
 * globs on the timer.
 */
public final class TimerDead implements Detector {
  private static final Duration EVERY = Duration.ofMinutes(2);
  private static final String REALTIME = "NextElapseUSecRealtime";
  private static final String MONOTONIC = "NextElapseUSecMonotonic";
  private static final String LAST = "LastTriggerUSec";
  private static final String CALENDAR = "TimersCalendar";
  private static final Set<String> CHANGES = Set.of("OnClockChange", "OnTimezoneChange");

  /** As D-Bus and {@code systemctl show} say it. */
  private static final Set<String> NEVER =
      Set.of("", "0", "18446744073709551615", "-1", "n/a", "infinity");

  private final HostContext context;
  private final Globs ignored;
  private final Seldom<Map<String, Boolean>> asked;
  private Map<String, Boolean> suspected = Map.of();
  private Map<String, Boolean> confirmed = Map.of();

  private TimerDead(HostContext context) {
    this.context = context;
    this.ignored = Globs.of(context.configuration().globs("ignore", List.of()));
    this.asked = new Seldom<>(context.time(), EVERY, dead -> !dead.equals(confirmed), this::dead);
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "timer_dead";
    }

    @Override
    public Detector create(HostContext context) {
      return new TimerDead(context);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.TIMER_DEAD);
  }

  @Override
  public Detection detect(HostState state) {
    if (!context.systemd().availability().available()) {
      return Detection.NOTHING;
    }
    try {
      // Between two of its states it has no next time either: what is so at two looks is so.
      Map<String, Boolean> dead = asked.look();
      Map<String, Boolean> again = new TreeMap<>(dead);
      again.entrySet().retainAll(suspected.entrySet());
      suspected = dead;
      confirmed = again;
      return Detection.of(
          again.entrySet().stream()
              .map(timer -> issue(state, timer.getKey(), timer.getValue()))
              .toList());
    } catch (HealingException e) {
      String why = String.valueOf(e.getMessage());
      return new Detection(
          List.of(), suspected.keySet().stream().map(timer -> new Unreadable(timer, why)).toList());
    }
  }

  /** The timers that will not fire, and whether they ever did. */
  private Map<String, Boolean> dead() {
    Map<String, Boolean> dead = new TreeMap<>();
    for (String timer : context.systemd().related("timers.target", Set.of("Wants", "Requires"))) {
      if (timer.endsWith(".timer") && !ignored.test(timer)) {
        fired(timer).ifPresent(fired -> dead.put(timer, fired));
      }
    }
    return dead;
  }

  /** Whether a dead timer has ever fired; empty if it is not dead, or that is not told. */
  private Optional<Boolean> fired(String timer) {
    Optional<UnitState> unit =
        context
            .systemd()
            .unit(timer)
            .filter(UnitState::active)
            .filter(u -> Set.of("waiting", "elapsed").contains(u.subState()));
    if (unit.isEmpty()) {
      return Optional.empty();
    }
    Set<String> wanted = new HashSet<>(CHANGES);
    wanted.addAll(Set.of(REALTIME, MONOTONIC, LAST, CALENDAR));
    Map<String, String> told = context.systemd().properties(timer, wanted);
    if (CHANGES.stream().anyMatch(change -> "yes".equals(told.get(change)))) {
      return Optional.empty();
    }
    if (!told.keySet().containsAll(Set.of(REALTIME, MONOTONIC, LAST))
        || !NEVER.contains(told.get(REALTIME))
        || !NEVER.contains(told.get(MONOTONIC))) {
      return Optional.empty();
    }
    boolean fired = !NEVER.contains(told.get(LAST));
    boolean done = fired && told.getOrDefault(CALENDAR, "").isBlank();
    return done ? Optional.empty() : Optional.of(fired);
  }

  private static Issue issue(HostState state, String timer, boolean fired) {
    String text =
        timer
            + " is active and will never fire"
            + (fired
                ? " again: its calendar names no time to come"
                : ": what it counts from never came, or its calendar names no time to come")
            + " (systemctl list-timers --all, systemd-analyze calendar)";
    return Issue.of(
        state.at(),
        IssueType.TIMER_DEAD,
        fired ? Severity.LOW : Severity.MEDIUM,
        text,
        Map.of(),
        List.of(timer));
  }
}
