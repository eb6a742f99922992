package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.WallClock;
import dev.healing.actions.nixos.nix.Thinning.Generation;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
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
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Deletes old generations of the system, by number, so that the next {@code garbage_collect} can
 * free what only they refer to. {@link Thinning} says which. Keys: {@code keep} (so many of the
 * newest, default 10), {@code younger-than} (all of this age, default 14d), {@code weeks} (one of
 * each of so many weeks before that, default 8).
 */
public final class ThinGenerations implements HealingAction {
  private static final int BATCH = 100;
  private static final Duration PER_BATCH = Duration.ofMinutes(1);
  private static final int MOST_WEEKS = 520;
  private static final int MOST_KEPT = 10_000;
  private static final String BOOT = "/boot";

  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.THIN_GENERATIONS,
          "deletes old generations of the system, so that what only they need can be collected",
          Set.of(IssueType.DISK_FULL),
          Risk.MEDIUM,
          Set.of(Privilege.MANAGE_NIX_STORE),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofMinutes(5));

  private final HostContext host;
  private final NixStore store;
  private final Generations generations;
  private final Thinning.Policy policy;

  private ThinGenerations(HostContext host) {
    this.host = host;
    this.store = new NixStore(host);
    this.generations = new Generations(host, store);
    this.policy =
        new Thinning.Policy(
            host.configuration().count("keep", 10, 2, MOST_KEPT),
            host.configuration().duration("younger-than", Duration.ofDays(14)),
            host.configuration().count("weeks", 8, 0, MOST_WEEKS));
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new ThinGenerations(context);
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

  /** Everything that decides is read anew, but the clock. */
  private SurplusGenerations select(Instant now) {
    return SurplusGenerations.find(host.files(), store, generations, policy, now);
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    String mount = issue.components().first();
    Checks.require(
        !BootMenu.PLACES.contains(mount) || store.isOn(mount),
        "this does not help a full "
            + mount
            + ", which only holds what the boot menu lists, and that is kept: set"
            + " boot.loader.systemd-boot.configurationLimit (or boot.loader.grub."
            + "configurationLimit) lower and run nixos-rebuild boot");
    store.requireOn(mount);
    Checks.refuseIf(store.busy());
    Checks.refuseIf(WallClock.doubt(host, List.of()));
    Instant now = host.time().now();
    SurplusGenerations surplus = select(now);
    String inMenu =
        surplus.inMenu() == 0
            ? ""
            : "; "
                + surplus.inMenu()
                + " more would go but are in the boot menu (boot.loader.*.configurationLimit"
                + " makes it shorter)";
    Checks.require(
        !surplus.going().isEmpty(),
        "none of the " + surplus.count() + " generations of the system can go" + inMenu);
    List<Generation> going = surplus.going();
    List<String> steps = new ArrayList<>();
    steps.add(
        "delete "
            + going.size()
            + " of "
            + surplus.count()
            + " generations of the system: "
            + surplus.ranges());
    steps.add(
        "keep the "
            + policy.keep()
            + " newest, what is younger than "
            + policy.youngerThan().toDays()
            + " days, one of each of the "
            + policy.weeks()
            + " weeks before, and what is current, before it, running, booted, known to be good or"
            + " in the boot menu"
            + inMenu);
    steps.add("this frees nothing by itself: what only they refer to goes with garbage_collect");
    bootUse().ifPresent(steps::add);
    Preview preview =
        new Preview(
            mount,
            "nix-store",
            steps,
            OptionalLong.of(going.size()),
            OptionalLong.empty(),
            Duration.ofSeconds(1 + going.size() / BATCH),
            surplus.facts());
    return new Prepared(preview, execution -> execute(preview, now, going, execution));
  }

  /** That the boot partition fills up too, which this does nothing about. */
  private Optional<String> bootUse() {
    Optional<Object> device = Checks.device(host.files(), BOOT);
    if (device.isEmpty() || store.isOn(BOOT) || device.equals(Checks.device(host.files(), "/"))) {
      return Optional.empty();
    }
    double used = host.files().space(BOOT).usedFraction();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s is %.0f %% full, and stays so: it holds what the boot menu lists",
            BOOT,
            used * 100));
  }

  private ActionReport execute(
      Preview preview, Instant then, List<Generation> going, Execution execution) {
    double before = generations.all().size();
    String stopped = "";
    Instant now = host.time().now();
    Instant earliest = now.isBefore(then) ? now : then; // what was old then may be young
    for (int from = 0; from < going.size() && stopped.isEmpty(); from += BATCH) {
      List<Generation> rest = going.subList(from, going.size());
      SurplusGenerations surplus;
      try {
        surplus = select(earliest);
      } catch (RefusedException e) {
        if (from == 0) {
          throw e;
        }
        return ActionReport.failed(
            from + " of " + going.size() + " generations deleted, then stopped: " + e.getMessage());
      }
      if (from == 0) {
        store.requireUnchanged(preview.facts(), surplus.facts());
        Checks.require(surplus.going().equals(rest), "the generations changed since the preview");
      } else if (execution.cancelled()) {
        stopped = "stopped: ";
      } else if (store.busy().isPresent() || !surplus.going().equals(rest)) {
        stopped = "stopped, since something else changes the system: ";
      }
      if (stopped.isEmpty()) {
        Optional<String> failure = delete(rest.subList(0, Math.min(BATCH, rest.size())));
        if (failure.isPresent()) {
          return report(Result.FAILED, failure.get(), going, before);
        }
        execution.progress(Math.min(going.size(), from + BATCH) + " generations deleted");
      }
    }
    return report(Result.DONE, stopped, going, before);
  }

  /** By number and no other way; Nix itself refuses the current one. What went wrong, if it did. */
  private Optional<String> delete(List<Generation> batch) {
    List<String> argv =
        new ArrayList<>(List.of("nix-env", "--profile", NixStore.PROFILE, "--delete-generations"));
    batch.forEach(generation -> argv.add(Integer.toString(generation.number())));
    CommandRunner.Result done = store.run(PER_BATCH, argv.toArray(String[]::new));
    return done.ok()
        ? Optional.empty()
        : Optional.of("nix-env --delete-generations: " + done.complaint() + ": ");
  }

  /** What is really gone, read back from the profile. */
  private ActionReport report(Result said, String why, List<Generation> going, double before) {
    List<Generation> left = generations.all();
    long stillThere = going.stream().filter(left::contains).count();
    boolean unexplained = why.isEmpty() && stillThere > 0;
    return ActionReport.of(
        unexplained ? Result.FAILED : said,
        why
            + (going.size() - stillThere)
            + " of "
            + going.size()
            + " generations deleted; garbage_collect frees what only they referred to",
        Map.of("generations.count", before),
        Map.of("generations.count", (double) left.size()));
  }
}
