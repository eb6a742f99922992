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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The system profile, a generation, or the link to what runs or was booted leads to nothing: it is
 * gone from the store. Looked at every five minutes, and at every look while it is so. A host that
 * has none of these links, or no store at all, has nothing to lose.
 */
public final class ProfileDangling implements Detector {
  private static final Duration EVERY = Duration.ofMinutes(5);

  private final HostContext context;
  private final Seldom<Map<String, List<String>>> missing;
  private Set<String> reported = Set.of();

  private ProfileDangling(HostContext context) {
    this.context = context;
    this.missing = new Seldom<>(context.time(), EVERY, gone -> !gone.isEmpty(), this::missing);
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "profile_dangling";
    }

    @Override
    public Detector create(HostContext context) {
      return new ProfileDangling(context);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.PROFILE_DANGLING);
  }

  @Override
  public Detection detect(HostState state) {
    try {
      List<Issue> issues = new ArrayList<>();
      Set<String> now = new TreeSet<>();
      missing
          .look()
          .forEach(
              (target, links) -> {
                issues.add(issue(state, target, links));
                now.add(links.get(0));
              });
      reported = now;
      return Detection.of(issues);
    } catch (UncheckedIOException e) {
      String why = String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
      return new Detection(
          List.of(), reported.stream().map(link -> new Unreadable(link, why)).toList());
    }
  }

  /** What is not there, with the links that lead to it, the one that matters most first. */
  private Map<String, List<String>> missing() {
    Map<String, List<String>> missing = new LinkedHashMap<>();
    try {
      if (!Files.isDirectory(context.files().path("/nix/store"))) {
        if (reported.isEmpty()) {
          return Map.of();
        }
        throw new IOException("/nix/store is not there");
      }
      for (String link : links()) {
        Optional<String> target = LinkChain.missing(context.files(), link);
        target.ifPresent(t -> missing.computeIfAbsent(t, none -> new ArrayList<>()).add(link));
      }
      return missing;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> links() throws IOException {
    List<String> links = new ArrayList<>();
    links.add(SystemProfile.RUNNING);
    links.add(SystemProfile.LINK);
    links.add(SystemProfile.BOOTED);
    Path profiles = context.files().path(SystemProfile.LINK).getParent();
    if (profiles != null && Files.isDirectory(profiles)) {
      for (long generation : SystemProfile.generations(context.files())) {
        links.add(SystemProfile.link(generation));
      }
    }
    return links;
  }

  private static Issue issue(HostState state, String target, List<String> links) {
    String first = links.get(0);
    String others =
        links.size() == 1
            ? ""
            : " (also " + String.join(", ", links.subList(1, links.size())) + ")";
    return Issue.of(
        state.at(),
        IssueType.PROFILE_DANGLING,
        severity(first),
        first + others + " leads to " + target + ", which is not there: " + consequence(first),
        Map.of(),
        List.of(first));
  }

  private static Severity severity(String link) {
    return switch (link) {
      case SystemProfile.RUNNING, SystemProfile.LINK -> Severity.CRITICAL;
      case SystemProfile.BOOTED -> Severity.MEDIUM;
      default -> Severity.LOW;
    };
  }

  private static String consequence(String link) {
    return switch (link) {
      case SystemProfile.RUNNING -> "programs of the system that runs are gone";
      case SystemProfile.LINK -> "the host will not boot into it; build or copy the system again";
      case SystemProfile.BOOTED -> "modules of the kernel that runs are gone";
      default -> "it can neither be booted nor gone back to";
    };
  }
}
