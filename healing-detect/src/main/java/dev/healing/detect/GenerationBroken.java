package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Units began to fail right after a switch of the system's generation, and there is an earlier one
 * to go back to. Key: {@code window} (10m), how long after the switch a failure is blamed on it.
 *
 * <p>A unit that had failed before the switch is not blamed on it, even if the switch made it fail
 * again. One that is blamed stays so for as long as the generation does: a restart that fails later
 * does not make the switch innocent.
 */
public final class GenerationBroken implements Detector {
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private final HostContext context;
  private final Seldom<Optional<SystemProfile>> profiles;
  private final Duration window;
  private final Map<String, Instant> blamed = new TreeMap<>();
  private final Set<String> failedBefore = new TreeSet<>();
  private Set<String> failedLastLook = Set.of();
  private Optional<SystemProfile> lastSeen = Optional.empty();
  private Optional<SystemProfile> before = Optional.empty();
  private Optional<GenerationDifference> difference = Optional.empty();

  private GenerationBroken(HostContext context, Duration window) {
    this.context = context;
    this.profiles = SystemProfile.watched(context);
    this.window = window;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "generation_broken";
    }

    @Override
    public Detector create(HostContext context) {
      Duration window = context.configuration().duration("window", WINDOW);
      if (window.isZero()) {
        context.configuration().contradiction("window", "more than zero");
      }
      return new GenerationBroken(context, window);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.GENERATION_BROKEN);
  }

  @Override
  public Detection detect(HostState state) {
    try {
      Optional<SystemProfile> profile = profiles.look();
      if (profile.isEmpty()) {
        return Detection.NOTHING;
      }
      if (state.unreadable(HostSampler.SYSTEMD)) {
        return unreadable(Evidence.why(state, SystemProfile.LINK, HostSampler.SYSTEMD));
      }
      return judge(state, profile.get());
    } catch (IOException | UncheckedIOException | HealingException e) {
      return unreadable(new Unreadable(SystemProfile.LINK, String.valueOf(e.getMessage())));
    }
  }

  private static Detection unreadable(Unreadable why) {
    return new Detection(List.of(), List.of(why));
  }

  private Detection judge(HostState state, SystemProfile profile) throws IOException {
    if (!lastSeen.equals(Optional.of(profile))) {
      blamed.clear();
      failedBefore.clear();
      difference = Optional.empty();
      before = lastSeen.filter(p -> p.generation() != profile.generation());
      if (lastSeen.isPresent()) {
        failedBefore.addAll(failedLastLook);
      }
      lastSeen = Optional.of(profile);
    }
    Set<String> failed = new TreeSet<>();
    for (UnitState unit : state.units().values()) {
      if (unit.failed()) {
        failed.add(unit.name());
        failedAfter(profile.switchedAt(), unit)
            .ifPresent(at -> blamed.putIfAbsent(unit.name(), at));
      }
    }
    failedBefore.retainAll(failed);
    failedLastLook = Set.copyOf(failed);
    TreeMap<String, Instant> symptoms = new TreeMap<>(blamed);
    symptoms.keySet().retainAll(failed);
    OptionalLong earlier = profile.earlier(context.files());
    if (symptoms.isEmpty() || earlier.isEmpty() || waitsForABoot(profile)) {
      return Detection.NOTHING;
    }
    long from = before.map(SystemProfile::generation).orElse(earlier.getAsLong());
    Blame blame = new Blame(profile, from, before.isPresent(), symptoms, difference(from, profile));
    return Detection.of(List.of(blame.issue(state)));
  }

  /** One that does not run yet has broken nothing. */
  private boolean waitsForABoot(SystemProfile profile) throws IOException {
    Optional<String> runs = SystemProfile.leadsTo(context.files(), SystemProfile.RUNNING);
    return runs.isPresent() && !runs.equals(SystemProfile.leadsTo(context.files(), profile.link()));
  }

  private Optional<Instant> failedAfter(Instant switchedAt, UnitState unit) {
    return unit.changedAt()
        .filter(at -> !failedBefore.contains(unit.name()))
        .filter(at -> !at.isBefore(switchedAt) && !at.isAfter(switchedAt.plus(window)));
  }

  /** Read once for a switch, when something is held against it; again if that did not work. */
  private Optional<GenerationDifference> difference(long from, SystemProfile profile) {
    if (difference.isPresent()) {
      return difference;
    }
    try {
      Optional<String> old = SystemProfile.leadsTo(context.files(), SystemProfile.link(from));
      Optional<String> now = SystemProfile.leadsTo(context.files(), profile.link());
      if (old.isPresent() && now.isPresent()) {
        difference =
            Optional.of(GenerationDifference.between(context.files(), old.get(), now.get()));
      }
    } catch (IOException | UncheckedIOException | HealingException e) {
      return Optional.empty(); // which is told as not known
    }
    return difference;
  }
}
