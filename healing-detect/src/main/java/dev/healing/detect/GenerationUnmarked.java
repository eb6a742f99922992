package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The generation that runs was seen to be well for long, and is not marked as the one to go back
 * to. Keys: {@code good-after} (1h), how long it must have been well without a break; {@code
 * good-health} (60), from which health on it is: where a host that was slow has recovered.
 *
 * <p>Well is a host of good health on which nothing is failed that failed after the switch. The
 * time counts from the first look that saw it so, anew after a restart of ours: what nobody watched
 * is not known to be good.
 */
public final class GenerationUnmarked implements Detector {
  private static final String MARK = SystemProfile.LINK + "-last-known-good";
  private static final Duration GOOD_AFTER = Duration.ofHours(1);

  private static final int GOOD_HEALTH = 60;

  private final HostContext context;
  private final Seldom<Optional<SystemProfile>> profiles;
  private final Duration goodAfter;
  private final int goodHealth;
  private Optional<SystemProfile> watched = Optional.empty();
  private OptionalLong wellSinceNanos = OptionalLong.empty();

  private GenerationUnmarked(HostContext context) {
    this.context = context;
    this.profiles = SystemProfile.watched(context);
    goodAfter = context.configuration().duration("good-after", GOOD_AFTER);
    goodHealth = context.configuration().count("good-health", GOOD_HEALTH, 0, 100);
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "generation_unmarked";
    }

    @Override
    public Detector create(HostContext context) {
      return new GenerationUnmarked(context);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.GENERATION_UNMARKED);
  }

  @Override
  public Detection detect(HostState state) {
    try {
      Optional<SystemProfile> profile = profiles.look();
      if (profile.isEmpty()) {
        return Detection.NOTHING;
      }
      if (state.unreadable(HostSampler.SYSTEMD)) {
        wellSinceNanos = OptionalLong.empty();
        return unreadable(Evidence.why(state, MARK, HostSampler.SYSTEMD));
      }
      return judge(state, profile.get());
    } catch (IOException | HostException e) {
      return unreadable(new Unreadable(MARK, String.valueOf(e.getMessage())));
    }
  }

  private static Detection unreadable(Unreadable why) {
    return new Detection(List.of(), List.of(why));
  }

  private Detection judge(HostState state, SystemProfile profile) throws IOException {
    Optional<String> system = SystemProfile.leadsTo(context.files(), profile.link());
    if (!watched.equals(Optional.of(profile))) {
      watched = Optional.of(profile);
      wellSinceNanos = OptionalLong.empty();
    }
    if (system.isEmpty() || !well(state, profile.switchedAt()) || !runs(system)) {
      wellSinceNanos = OptionalLong.empty();
      return Detection.NOTHING;
    }
    long now = context.time().monotonicNanos();
    long since = wellSinceNanos.orElse(now);
    wellSinceNanos = OptionalLong.of(since);
    Duration well = Duration.ofNanos(now - since);
    return well.compareTo(goodAfter) < 0
            || SystemProfile.leadsTo(context.files(), MARK).equals(system)
        ? Detection.NOTHING
        : Detection.of(List.of(issue(state, profile, well)));
  }

  private boolean runs(Optional<String> system) throws IOException {
    return SystemProfile.leadsTo(context.files(), SystemProfile.RUNNING).equals(system);
  }

  private boolean well(HostState state, Instant switchedAt) {
    return state.health().orElse(-1) >= goodHealth
        && state.units().values().stream()
            .filter(unit -> unit.failed() || unit.subState().equals("auto-restart"))
            .allMatch(unit -> unit.changedAt().filter(at -> at.isBefore(switchedAt)).isPresent());
  }

  private static Issue issue(HostState state, SystemProfile profile, Duration well) {
    return Issue.of(
        state.at(),
        IssueType.GENERATION_UNMARKED,
        Severity.LOW,
        "generation "
            + profile.generation()
            + " was well for "
            + well.toSeconds()
            + " s and is not marked as the one to go back to",
        Map.of("generation", (double) profile.generation(), "well.seconds", well.toMillis() / 1e3),
        List.of(MARK));
  }
}
