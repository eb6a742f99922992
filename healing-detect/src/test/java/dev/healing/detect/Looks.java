package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.spi.Detector;
import dev.healing.spi.Sampler;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A sampler and a detector together, with the history between them, as the engine has them. */
final class Looks {
  private final TestHost host;
  private final Sampler sampler;
  private final Detector detector;
  private final Map<Metric, List<Sample>> history = new TreeMap<>();
  private Reading last = new Reading(List.of(), List.of(), List.of());

  Looks(TestHost host, Sampler sampler, Detector detector) {
    this.host = host;
    this.sampler = sampler;
    this.detector = detector;
  }

  /** Looks once more. */
  Detection again() {
    return again(HostStates.at(host.time().now()));
  }

  /** Looks once more, with something beside what the sampler says. */
  Detection again(HostStates states) {
    last = sampler.read();
    for (Sample sample : last.samples()) {
      List<Sample> one = history.computeIfAbsent(sample.metric(), metric -> new ArrayList<>());
      if (one.isEmpty() || !one.get(one.size() - 1).at().equals(sample.at())) {
        one.add(sample);
      }
      one.forEach(old -> states.sample(old.metric(), old.value(), old.at()));
    }
    last.unreadable().forEach(u -> states.unreadable(u.what(), u.why()));
    HostState state = states.build();
    return detector.detect(state);
  }

  /** What the sampler said in the last look. */
  Reading reading() {
    return last;
  }

  /** By metric. */
  Map<Metric, Double> values() {
    Map<Metric, Double> values = new TreeMap<>();
    last.samples().forEach(sample -> values.put(sample.metric(), sample.value()));
    return values;
  }
}
