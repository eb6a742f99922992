package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Since {@code after} (14d) another system runs than the one that the system profile has booted
 * next: a reboot is due, or what runs was only tried and is gone with the next boot. Since when is
 * told by the links themselves; a specialisation is the system that it is of.
 */
public final class GenerationStale implements Detector {
  private static final Duration EVERY = Duration.ofMinutes(5);
  private static final String RUNNING = SystemProfile.RUNNING;

  /** Of {@code nixos-rebuild --profile-name}: they are in the boot menu as well. */
  private static final String OTHER_PROFILES = "/nix/var/nix/profiles/system-profiles";

  /** What runs instead, by its number if it is a generation. */
  private record Other(SystemProfile profile, OptionalLong runs, Instant since) {}

  /** What was read, and when: for weeks it need not be read at every look. */
  private record Read(Optional<Other> other, Instant at) {}

  private final HostFiles files;
  private final Duration after;
  private final Seldom<Read> read;
  private boolean everReported;

  private GenerationStale(HostContext context, Duration after) {
    this.files = context.files();
    this.after = after;
    this.read =
        new Seldom<>(
            context.time(), EVERY, r -> false, () -> new Read(other(), context.time().now()));
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "generation_stale";
    }

    @Override
    public Detector create(HostContext context) {
      Duration after = context.configuration().duration("after", Duration.ofDays(14));
      return new GenerationStale(context, after);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.GENERATION_STALE);
  }

  @Override
  public Detection detect(HostState state) {
    try {
      Read last = read.look();
      List<Issue> issues =
          last.other()
              .filter(o -> !o.since().plus(after).isAfter(state.at()))
              .map(o -> List.of(issue(last.at(), o)))
              .orElse(List.of());
      Duration age = everReported ? Duration.between(last.at(), state.at()) : Duration.ZERO;
      everReported |= !issues.isEmpty();
      return new Detection(issues, List.of(), age);
    } catch (UncheckedIOException e) {
      String why = String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
      return new Detection(
          List.of(), everReported ? List.of(new Unreadable(RUNNING, why)) : List.of());
    }
  }

  private Optional<Other> other() {
    try {
      Optional<SystemProfile> profile = SystemProfile.read(files);
      Optional<String> runs = SystemProfile.leadsTo(files, RUNNING);
      return profile.isEmpty() || runs.isEmpty() || same(profile.get(), runs.get())
          ? Optional.empty()
          : Optional.of(other(profile.get(), runs.get()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException(e.getCause());
    }
  }

  private boolean same(SystemProfile profile, String runs) throws IOException {
    String next = SystemProfile.leadsTo(files, profile.link()).orElse(runs);
    return next.equals(runs)
        || oneLeadsTo(next + "/specialisation", runs)
        || oneLeadsTo(OTHER_PROFILES, runs);
  }

  private boolean oneLeadsTo(String directory, String system) throws IOException {
    Path place = files.path(directory);
    if (!Files.isDirectory(place)) {
      return false;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(place)) {
      for (Path one : all) {
        if (SystemProfile.leadsTo(files, files.name(one)).equals(Optional.of(system))) {
          return true;
        }
      }
    }
    return false;
  }

  private Other other(SystemProfile profile, String runs) throws IOException {
    OptionalLong number = OptionalLong.empty();
    for (long generation : SystemProfile.generations(files)) {
      if (SystemProfile.leadsTo(files, SystemProfile.link(generation)).equals(Optional.of(runs))) {
        number = OptionalLong.of(generation);
      }
    }
    Instant began =
        Files.getLastModifiedTime(files.path(RUNNING), LinkOption.NOFOLLOW_LINKS).toInstant();
    Instant since = began.isAfter(profile.switchedAt()) ? began : profile.switchedAt();
    return new Other(profile, number, since.truncatedTo(ChronoUnit.SECONDS));
  }

  private static Issue issue(Instant at, Other other) {
    String text =
        other.runs().isPresent()
            ? "generation %d runs, and %d is the one that will be booted, since %s: a reboot is due"
                .formatted(other.runs().getAsLong(), other.profile().generation(), other.since())
            : "what runs is no generation of the system, since %s: the next boot is into generation %d"
                .formatted(other.since(), other.profile().generation());
    return Issue.of(
        at,
        IssueType.GENERATION_STALE,
        Severity.LOW,
        text,
        Map.of("generation", (double) other.profile().generation()),
        List.of(RUNNING));
  }
}
