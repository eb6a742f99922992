package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Switches the system to the newest generation below the current one. The broken generation is
 * kept. What was rolled back from is remembered in {@code rollbacks.json} before the switch, and is
 * never rolled back to or from again: rollbacks cannot loop.
 */
public final class RollbackGeneration implements HealingAction {
  private static final String DOCUMENT = "rollbacks.json";
  private static final String NONE = "{\"rolledBack\":[]}";
  private static final Pattern GENERATION = Pattern.compile("system-(\\d{1,9})-link");
  private static final Pattern ENTRY =
      Pattern.compile("\\{\"from\":(\\d{1,9}),\"to\":(\\d{1,9}),\"at\":\"[^\"]{1,40}\"}");
  private static final String SCRIPT = "/bin/switch-to-configuration";
  private static final String IN_UNIT = ", in " + RollbackUnit.NAME + ", which outlives healing";
  private static final Duration PROFILE_LIMIT = Duration.ofMinutes(1);
  private static final int ATTEMPTS = 2;

  /** Of the action's time, what is kept for putting the profile right after a failure. */
  private static final Duration TO_SETTLE = PROFILE_LIMIT.multipliedBy(ATTEMPTS);

  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.ROLLBACK_GENERATION,
          "switches the system back to the generation before",
          Set.of(IssueType.GENERATION_BROKEN),
          Risk.CRITICAL,
          Set.of(Privilege.MANAGE_NIX_STORE),
          false,
          "switch to the generation again that was left, which is kept",
          Duration.ofSeconds(10),
          Duration.ofMinutes(10));

  private final HostContext host;
  private final NixStore store;
  private final RollbackUnit unit;

  private RollbackGeneration(HostContext host) {
    this.host = host;
    this.store = new NixStore(host);
    this.unit = new RollbackUnit(host);
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new RollbackGeneration(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    Optional<String> noStore = store.unavailable();
    if (noStore.isPresent()) {
      return noStore;
    }
    if (host.commands().which("nix-env").isEmpty()) {
      return Optional.of("not applicable here: no nix-env in PATH");
    }
    return Files.isSymbolicLink(host.files().path(NixStore.PROFILE))
        ? Optional.empty()
        : Optional.of("not applicable here: no system profile " + NixStore.PROFILE);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    Checks.refuseIf(store.busy());
    int current = current();
    String history = history();
    Set<Integer> left = left(history);
    Checks.require(
        !left.contains(current),
        "generation " + current + " was rolled back from before: a second time is for a human");
    int target = target(current, left);
    String system =
        store
            .target(link(target))
            .orElseThrow(() -> new RefusedException("generation " + target + " is gone"));
    requireOneOfThemRuns(current, system);
    Preview preview =
        Preview.of(
            NixStore.PROFILE,
            "nix-store",
            Duration.ofSeconds(30),
            facts(current, target),
            "point the system profile from generation " + current + " to " + target,
            "run " + system + SCRIPT + " switch" + (unit.outlivesUs() ? IN_UNIT : ""),
            "if that fails, point the profile to the generation that runs then",
            "keep generation " + current);
    return new Prepared(preview, execution -> execute(preview, current, target, system, execution));
  }

  private TreeMap<String, String> facts(int current, int target) {
    TreeMap<String, String> facts = store.facts();
    facts.put("current-generation", Integer.toString(current));
    facts.put("target-generation", Integer.toString(target));
    facts.put("target-path", store.target(link(target)).orElse("gone"));
    return facts;
  }

  private static String link(int generation) {
    return "/nix/var/nix/profiles/system-" + generation + "-link";
  }

  private int current() {
    return named()
        .orElseThrow(
            () ->
                new RefusedException(
                    NixStore.PROFILE + ": expected a readable link to system-N-link beside it"));
  }

  /** The generation that the profile names. */
  private Optional<Integer> named() {
    try {
      Path link = Files.readSymbolicLink(host.files().path(NixStore.PROFILE));
      Matcher number = GENERATION.matcher(String.valueOf(link.getFileName()));
      return number.matches() ? Optional.of(Integer.valueOf(number.group(1))) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Where something else runs than the broken generation, or the one before after a switch that
   * stopped half-way, nobody knows which generation is the broken one.
   */
  private void requireOneOfThemRuns(int current, String system) {
    Optional<String> runs = store.target(NixStore.RUNNING);
    Checks.require(
        runs.isEmpty() || runs.equals(store.target(link(current))) || runs.get().equals(system),
        NixStore.RUNNING
            + " is "
            + runs.orElse("unknown")
            + ", which is neither generation "
            + current
            + " of the profile nor the one before it: which one is broken is for a human");
  }

  private int target(int current, Set<Integer> left) {
    TreeSet<Integer> earlier = new TreeSet<>();
    Path profiles = host.files().path("/nix/var/nix/profiles");
    try (DirectoryStream<Path> links = Files.newDirectoryStream(profiles, "system-*-link")) {
      for (Path link : links) {
        Matcher number = GENERATION.matcher(link.getFileName().toString());
        if (number.matches()) {
          earlier.add(Integer.parseInt(number.group(1)));
        }
      }
    } catch (IOException e) {
      throw new HostException(profiles + " cannot be listed: " + e, e);
    }
    return earlier.headSet(current, false).descendingSet().stream()
        .filter(generation -> !left.contains(generation) && canSwitchTo(generation))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    "no generation before "
                        + current
                        + " that can be switched to and was not left"
                        + " before"));
  }

  private boolean canSwitchTo(int generation) {
    return store
        .target(link(generation))
        .map(path -> host.files().path(path + SCRIPT))
        .filter(script -> Files.exists(script, LinkOption.NOFOLLOW_LINKS))
        .isPresent();
  }

  /** Safety state: what cannot be read is not "no rollbacks yet". */
  private String history() {
    var document = host.state().document(DOCUMENT);
    Checks.refuseIf(
        document.problem().map(why -> "what was rolled back before is not known: " + why));
    String text = document.content().orElse(NONE).strip();
    String inner = ENTRY.matcher(text).replaceAll("").replace(",", "");
    Checks.require(
        inner.equals(NONE),
        DOCUMENT + " in " + host.state().location() + " is not as this action writes it: mend it");
    return text;
  }

  private static Set<Integer> left(String history) {
    Set<Integer> left = new TreeSet<>();
    ENTRY.matcher(history).results().forEach(entry -> left.add(Integer.parseInt(entry.group(1))));
    return left;
  }

  private void remember(String history, int from, int to) {
    if (history.equals(NONE)) {
      // So that there is a copy from the first on, and damage or loss is told again and again.
      host.state().replace(DOCUMENT, NONE);
    }
    String entry = "{\"from\":" + from + ",\"to\":" + to + ",\"at\":\"" + host.time().now() + "\"}";
    String head = history.substring(0, history.length() - 2);
    host.state().replace(DOCUMENT, head + (head.endsWith("[") ? "" : ",") + entry + "]}");
  }

  private ActionReport execute(
      Preview preview, int from, int to, String system, Execution execution) {
    store.requireUnchanged(preview.facts(), facts(current(), to));
    String history = history();
    if (left(history).contains(from) || left(history).contains(to)) {
      return ActionReport.refused("generation " + from + " or " + to + " was left before");
    }
    Duration limit = execution.remaining().minus(TO_SETTLE);
    if (limit.toSeconds() < 1) {
      return ActionReport.refused("no time is left to put things right if the switch fails");
    }
    // Durable before the switch: if we die in it, it still counts as tried.
    remember(history, from, to);
    return switchTo(from, to, system, limit)
        .map(why -> settled(why, from, to))
        .orElseGet(
            () -> report(Result.DONE, "switched from generation " + from + " to " + to, from, to));
  }

  /** What went wrong; empty if the profile names this generation and it runs. */
  private Optional<String> switchTo(int from, int to, String system, Duration limit) {
    try {
      CommandRunner.Result switched = unit.run(from, to, system, limit, limit.plus(TO_SETTLE));
      if (!switched.ok()) {
        return Optional.of(halfSwitched(to, switched.complaint() + unit.whereItSays()));
      }
      if (!store.target(NixStore.PROFILE).equals(Optional.of(system))) {
        return Optional.of("the profile does not lead to " + system + " after it was switched");
      }
      return store
          .target(NixStore.RUNNING)
          .filter(runs -> !runs.equals(system))
          .map(runs -> "the switch said that it is done, but what runs is " + runs);
    } catch (HealingException e) {
      return Optional.of(halfSwitched(to, String.valueOf(e.getMessage())));
    }
  }

  private static String halfSwitched(int to, String why) {
    return "the switch to generation " + to + " failed, the host may be half switched: " + why;
  }

  /**
   * A switch that goes on without us is left alone: what comes of it is seen by looking again.
   * After one that failed the profile is made to name the generation that runs, so that what boots
   * next is what runs now; and read back. Not even a request to stop leaves them apart.
   */
  private ActionReport settled(String why, int from, int to) {
    boolean interrupted = Thread.interrupted();
    try {
      Optional<String> underWay = unit.underWay();
      if (underWay.isPresent()) {
        return report(
            Result.DONE, underWay.get() + ", and is left alone", from, named().orElse(from));
      }
      Optional<String> runs = store.target(NixStore.RUNNING);
      int kept = runs.isPresent() && runs.equals(store.target(link(to))) ? to : from;
      String trouble = "";
      for (int attempt = 0; attempt < ATTEMPTS && mayBePointed(kept, from, to); attempt++) {
        try {
          trouble = point(kept).complaint();
        } catch (HealingException e) {
          trouble = String.valueOf(e.getMessage());
          interrupted |= Thread.interrupted();
        }
      }
      boolean same = runs.equals(store.target(link(kept)));
      String profile = profile(kept, same, from, to, trouble);
      return report(Result.FAILED, why + "; " + profile, from, named().orElse(from));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What the profile names in the end, in words. */
  private String profile(int kept, boolean runs, int from, int to, String trouble) {
    if (named().equals(Optional.of(kept))) {
      return "the profile names generation " + kept + (runs ? ", which runs" : ", as before");
    }
    return named()
        .filter(now -> now != from && now != to)
        .map(now -> "somebody else pointed the profile to generation " + now + " meanwhile")
        .orElse(
            "the profile could not be pointed to generation "
                + kept
                + " ("
                + trouble
                + "): do it with nix-env --profile "
                + NixStore.PROFILE
                + " --switch-generation "
                + kept);
  }

  /** Only what we pointed ourselves, or left as it was, is pointed back. */
  private boolean mayBePointed(int kept, int from, int to) {
    Optional<Integer> now = named();
    return now.filter(at -> at == kept).isEmpty()
        && now.filter(at -> at == from || at == to).isPresent();
  }

  private CommandRunner.Result point(int generation) {
    return store.run(
        PROFILE_LIMIT,
        "nix-env",
        "--profile",
        NixStore.PROFILE,
        "--switch-generation",
        Integer.toString(generation));
  }

  private static ActionReport report(Result result, String detail, int from, int to) {
    return ActionReport.of(
        result, detail, Map.of("generation", (double) from), Map.of("generation", (double) to));
  }
}
