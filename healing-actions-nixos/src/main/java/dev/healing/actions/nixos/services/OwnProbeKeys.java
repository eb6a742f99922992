package dev.healing.actions.nixos.services;

import dev.healing.api.Configuration;
import dev.healing.api.Configuration.NofM;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The keys of a detector that a user defines by a probe. {@code probe}, as {@link Probe} has them;
 * {@code every} (10s, at least 1s); {@code for} (2 of 3); {@code severity} (high); {@code
 * component} (the name), {@code type} (the name) and {@code description} of the issue.
 *
 * @param name of the section
 * @param every how often it is asked at most
 */
record OwnProbeKeys(
    String name,
    Probe probe,
    Duration every,
    NofM of,
    Severity severity,
    IssueType type,
    String component,
    String description) {
  /** The key that makes a section a probe. */
  static final String PROBE = "probe";

  private static final Duration LEAST = Duration.ofSeconds(1);

  /** So that what came of a restart is known before it is given up to know. */
  private static final Duration MOST = Duration.ofMinutes(10);

  /** Notes what is wrong. */
  static OwnProbeKeys read(String name, Configuration section) {
    Optional<Probe> probe = Probe.read(section, PROBE);
    Duration every = section.duration("every", Duration.ofSeconds(10));
    if (every.compareTo(LEAST) < 0 || every.compareTo(MOST) > 0) {
      section.contradiction("every", "between 1s and 10m");
    }
    IssueType type = IssueType.of(section.name("type", name));
    String component = section.text("component", name);
    boolean service = type.equals(IssueType.SERVICE_FAILED);
    if (service && !section.has("component")) {
      section.contradiction("type", "a 'component' beside it: the service that it is about");
    } else if (service && !UnitState.isName(UnitState.fullName(component))) {
      section.contradiction("component", "the name of one service, without wildcards");
    }
    return new OwnProbeKeys(
        name,
        probe.orElse(Probe.NONE),
        every,
        section.nOfM("for", new NofM(2, 3)),
        section.choice("severity", Severity.HIGH),
        type,
        service ? UnitState.fullName(component) : component,
        section.text("description", ""));
  }

  /** Whether it reports what others report too, and is treated as theirs is. */
  boolean callsForActions() {
    return !type.name().equals(name);
  }

  /** Those that say of a service that it has failed, wherever in the configuration this is. */
  static List<OwnProbeKeys> ofServices(Configuration anywhere) {
    Configuration detectors = anywhere.whole().section("detectors");
    List<OwnProbeKeys> probes = new ArrayList<>();
    for (String name : detectors.keys()) {
      if (detectors.has(name, PROBE) && detectors.has(name, "component")) {
        OwnProbeKeys keys = read(name, detectors.section(name));
        if (keys.type().equals(IssueType.SERVICE_FAILED)) {
          probes.add(keys);
        }
      }
    }
    return probes;
  }
}
