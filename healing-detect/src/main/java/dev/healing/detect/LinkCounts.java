package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.spi.HostFiles;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The part of their packets that network interfaces lose or damage, each half minute. By the
 * kernel's own words (if_link.h): {@code rx_dropped} counts what is "not processed, e.g. due to
 * lack of resources or unsupported protocol", which on many networks is some all the time, and so
 * is left out; /proc/net/dev cannot be used, which adds it to {@code rx_missed_errors}, "dropped by
 * the device due to lack of buffer space".
 */
final class LinkCounts {
  /** Name of the part of the packets of an interface that were lost or damaged. */
  static final String LOST = "link.errors.fraction";

  /** How often it is measured. */
  static final Duration EVERY = Duration.ofSeconds(30);

  /** Of fewer packets a part says little. */
  private static final long FEWEST_PACKETS = 100;

  private static final List<String> GOOD = List.of("rx_packets", "tx_packets");
  private static final List<String> BAD =
      List.of("rx_errors", "rx_missed_errors", "tx_errors", "tx_dropped");

  /** Since the interface is there. */
  record Counts(long good, long bad) {
    /** Absent if it began anew meanwhile, or there was too little to tell. */
    Optional<Double> lostSince(Counts before) {
      long well = good - before.good;
      long lost = bad - before.bad;
      if (well < 0 || lost < 0 || well + lost < FEWEST_PACKETS) {
        return Optional.empty();
      }
      return Optional.of((double) lost / (well + lost));
    }
  }

  private final TimeSource time;
  private final HostFiles files;
  private final Seldom<List<Sample>> measured;
  private Set<String> interfaces = Set.of();
  private Map<String, Counts> before = Map.of();

  LinkCounts(TimeSource time, HostFiles files) {
    this.time = time;
    this.files = files;
    this.measured = new Seldom<>(time, EVERY, samples -> false, this::measure);
  }

  /** What is known of these. */
  List<Sample> of(Set<String> wanted) {
    interfaces = wanted;
    return measured.look();
  }

  private List<Sample> measure() {
    Map<String, Counts> now = new HashMap<>();
    List<Sample> samples = new ArrayList<>();
    for (String name : interfaces) {
      Optional<Counts> counts = counts(name);
      counts.ifPresent(c -> now.put(name, c));
      counts
          .flatMap(c -> Optional.ofNullable(before.get(name)).flatMap(c::lostSince))
          .ifPresent(lost -> samples.add(new Sample(Metric.of(LOST, name), lost, time.now())));
    }
    before = now;
    return samples;
  }

  private Optional<Counts> counts(String name) {
    OptionalLong good = sum(name, GOOD);
    OptionalLong bad = sum(name, BAD);
    return good.isEmpty() || bad.isEmpty()
        ? Optional.empty()
        : Optional.of(new Counts(good.getAsLong(), bad.getAsLong()));
  }

  private OptionalLong sum(String name, List<String> counts) {
    long sum = 0;
    for (String count : counts) {
      OptionalLong one = number(LinkSampler.INTERFACES + "/" + name + "/statistics/" + count);
      if (one.isEmpty()) {
        return OptionalLong.empty();
      }
      sum += one.getAsLong();
    }
    return OptionalLong.of(sum);
  }

  /** Absent if it is not there or not said, as of an interface that has just gone. */
  private OptionalLong number(String file) {
    try {
      return Numbers.whole(files.read(file).orElse("").strip());
    } catch (HostException e) {
      return OptionalLong.empty();
    }
  }
}
