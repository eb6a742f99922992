package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether network interfaces have a link, and {@link LinkCounts}: those of devices, since bridges
 * and tunnels come and go with what uses them; which are switched on, and had a link since we look.
 * Every 5 s. Of those that had one it is told if they cannot be read: that is not the same as
 * switched off.
 */
public final class LinkSampler implements Sampler {
  /** Name of whether (1) an interface has a link, or not (0); since when it is so. */
  static final String UP = "link.up.flag";

  static final String INTERFACES = "/sys/class/net";
  private static final long ASK_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int SWITCHED_ON = 1; // IFF_UP

  private final HostContext context;
  private final Counters counters = new Counters();
  private final Set<String> had = new TreeSet<>();
  private final Map<Metric, Unreadable> troubles = new TreeMap<>();
  private final LinkCounts errors;
  private boolean asked;
  private long askedAt;

  private LinkSampler(HostContext context) {
    this.context = context;
    this.errors = new LinkCounts(context.time(), context.files());
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "links";
    }

    @Override
    public Sampler create(HostContext context) {
      return new LinkSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(UP, "*"), Metric.of(LinkCounts.LOST, "*"));
  }

  @Override
  public Reading read() {
    long nanos = context.time().monotonicNanos();
    if (!asked || nanos - askedAt >= ASK_NANOS) {
      asked = true;
      askedAt = nanos;
      look(context.time().now());
    }
    List<Sample> told = new ArrayList<>(counters.all());
    told.removeIf(sample -> troubles.containsKey(sample.metric()));
    told.addAll(errors.of(had));
    return new Reading(told, List.of(), List.copyOf(troubles.values()));
  }

  private void look(Instant now) {
    troubles.clear();
    Set<String> gone = new TreeSet<>(had);
    HostFiles files = context.files();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(files.path(INTERFACES))) {
      for (Path one : all) {
        if (Files.exists(one.resolve("device"))) {
          look(one, now).ifPresent(gone::remove);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      had.forEach(name -> unreadable(name, INTERFACES + " cannot be listed: " + e));
      return;
    }
    had.removeAll(gone);
    gone.forEach(name -> counters.forget(Metric.of(UP, name)));
  }

  /** Its name, if it has a link, or had one and is not switched off for all we know. */
  private Optional<String> look(Path one, Instant now) {
    String name = one.getFileName().toString();
    try {
      Optional<Boolean> up = link(INTERFACES + "/" + name);
      if (up.isEmpty() || !up.get() && !had.contains(name)) {
        return Optional.empty();
      }
      had.add(name);
      counters.note(Metric.of(UP, name), up.get() ? 1 : 0, now);
      return Optional.of(name);
    } catch (HostException e) {
      if (!had.contains(name) || !Files.exists(one)) {
        return Optional.empty(); // of no interest, or it has gone meanwhile
      }
      unreadable(name, String.valueOf(e.getMessage()));
      return Optional.of(name);
    }
  }

  private void unreadable(String name, String why) {
    Metric metric = Metric.of(UP, name);
    troubles.put(metric, new Unreadable(metric.toString(), why));
  }

  /** Absent if somebody has switched it off, or it does not say. */
  private Optional<Boolean> link(String place) {
    String flags = context.files().read(place + "/flags").orElse("").strip();
    String state = context.files().read(place + "/operstate").orElse("").strip();
    return up(flags, state);
  }

  /** From what the files flags and operstate say. */
  static Optional<Boolean> up(String flags, String state) {
    if (!flags.matches("0x[0-9a-f]{1,8}")
        || (Long.parseLong(flags.substring(2), 16) & SWITCHED_ON) == 0) {
      return Optional.empty();
    }
    return switch (state) {
      case "up" -> Optional.of(true);
      case "down", "lowerlayerdown" -> Optional.of(false);
      default -> Optional.empty(); // dormant: waits for a network, as one without wires may
    };
  }
}
