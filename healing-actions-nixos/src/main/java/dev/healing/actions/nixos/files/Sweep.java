package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.Prepared;
import dev.healing.actions.nixos.WallClock;
import dev.healing.api.ActionId;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Which old files under some roots would be deleted: what clean_disk and clear_cache have in
 * common. {@link Sweeping} does it.
 *
 * <p>No more goes than is needed, the oldest first. Who looks at everything once learns how much
 * there is of which age, and with that from which age on it is enough; those of that age and more
 * are promised.
 *
 * <p>What is deleted is what was previewed, without remembering a million files. The preview fixes
 * a rule: files of these directories, last changed before that instant. Whatever happens to a file
 * afterwards, a write, a rename, a second name, another date, sets its change time, which nobody
 * can date back; so no file comes to fulfil the rule later. What could come in without a change of
 * its own is remembered: which directories were looked into (others were moved here since, or
 * mounted), and the files that were open or kept by others then. Only a clock that was set could
 * deceive it, and is asked for.
 *
 * @param action whose list of what was deleted it gets into
 * @param gauge reads what room there is
 * @param archive the journals that begin before an instant, to be deleted as well
 */
record Sweep(
    HostContext host,
    ActionId action,
    List<Path> roots,
    SweepLimits limits,
    Supplier<Room> gauge,
    Function<Instant, Optional<ArchivedJournals>> archive) {
  /**
   * What a promise rests on.
   *
   * @param room that there was
   * @param identities of the roots
   */
  record Basis(Instant at, long monotonicNanos, Room room, SortedMap<String, String> identities) {
    long ageNanos(long changedNanos) {
      return nanos(at) - changedNanos;
    }
  }

  /**
   * What was promised.
   *
   * @param rule what is left alone
   * @param survey of what is not
   * @param journals to be deleted as well
   * @param unseen directories, of which nothing is known
   */
  record Promise(
      Basis basis,
      SafeTree.Rule rule,
      Survey survey,
      Optional<ArchivedJournals> journals,
      int unseen) {
    Amount amount() {
      return survey.amount().plus(journals.map(ArchivedJournals::amount).orElse(Amount.NONE));
    }

    /** When what goes was last changed, at the latest. */
    Instant before() {
      return instant(rule.fromNanos());
    }
  }

  /**
   * Works it out.
   *
   * @param lane see {@link Preview}
   * @throws RefusedException if there is nothing to delete, or too little, or the clock cannot be
   *     believed
   */
  PreparedAction prepare(String lane) {
    Checks.refuseIf(WallClock.doubt(host, roots));
    Instant now = host.time().now();
    Basis basis = new Basis(now, host.time().monotonicNanos(), gauge.get(), identities());
    OpenFiles open = OpenFiles.in(host.files());
    SafeTree.Rule rule =
        new SafeTree.Rule(
            nanos(now.minus(limits.olderThan())),
            excluded(),
            open.keys(),
            limits.keepNewest(),
            nanos(now),
            limits.rotatedOnly(),
            Tmpfiles.of(host, roots));
    Ages ages = new Ages();
    Promise all =
        promise(basis, rule, f -> ages.add(basis.ageNanos(f.changedNanos()), f.onDiskBytes()));
    all.journals().ifPresent(j -> j.each((after, size) -> ages.add(basis.ageNanos(after), size)));
    Checks.require(
        all.amount().files() > 0,
        "nothing under "
            + roots
            + " has been there unchanged since "
            + all.before()
            + " and is free"
            + (limits.rotatedOnly() ? "; of logs only what was rotated may go" : ""));
    Amount needed = basis.room().needed(limits);
    Ages.Oldest oldest = ages.oldest(needed, limits.most()).orElseThrow(this::allOfOneAge);
    Amount younger = ages.all().minus(oldest.amount());
    Promise promise =
        younger.files() == 0
            ? all
            : promise(basis, rule.from(nanos(now) - oldest.fromNanos() + 1), file -> {});
    List<String> rest = new ArrayList<>();
    if (younger.files() > 0) {
      rest.add(
          "leave "
              + younger
              + " that are old too"
              + (oldest.amount().covers(needed) ? "" : " to a later run: " + mostInWords()));
    }
    Set<String> hidden = open.hidden();
    if (!hidden.isEmpty()) {
      rest.add(
          "what only "
              + String.join(", ", hidden.stream().limit(5).toList())
              + (hidden.size() > 5 ? ", …" : "")
              + " may have open is not known: the kernel hides that, also from CAP_SYS_PTRACE");
    }
    Preview preview = new SweepPreview(this, promise).of(lane, rest);
    return new Prepared(preview, execution -> new Sweeping(this, promise, execution).run());
  }

  private RefusedException allOfOneAge() {
    return new RefusedException(
        "even the oldest files are more than may go, all of one age: "
            + mostInWords()
            + "; raise that limit");
  }

  private String mostInWords() {
    return "max-files is " + limits.maxFiles() + ", max-bytes " + Checks.size(limits.maxBytes());
  }

  private interface Noted {
    void note(FoundFile file);
  }

  private Promise promise(Basis basis, SafeTree.Rule rule, Noted noted) {
    SafeTree tree = new SafeTree(host.files(), host.workers(), new Holes(host.commands()), rule);
    Survey survey = look(tree, noted);
    Optional<ArchivedJournals> journals = archive.apply(instant(rule.fromNanos()));
    return new Promise(basis, rule, survey, journals, tree.unseen());
  }

  private Survey look(SafeTree tree, Noted noted) {
    Survey survey = new Survey(0, left -> {});
    for (Path root : roots) {
      tree.walk(
          root,
          directory -> {
            Survey.Tally tally = survey.enter(directory);
            return new SafeTree.Visit() {
              @Override
              public boolean file(FoundFile file) {
                synchronized (survey) {
                  if (survey.addOnce(tally, file)) {
                    noted.note(file);
                  }
                }
                return !Thread.currentThread().isInterrupted();
              }

              @Override
              public void leave() {
                survey.leave(tally);
              }
            };
          });
    }
    Checks.require(
        !Thread.currentThread().isInterrupted(),
        "there are too many files under "
            + roots
            + " to look at in time; name fewer or smaller roots");
    return survey;
  }

  SortedMap<String, String> identities() {
    SortedMap<String, String> identities = new TreeMap<>();
    roots.forEach(root -> identities.put("root " + root, SafeTree.identity(host.files(), root)));
    return identities;
  }

  /** Where nothing is looked for now. */
  Set<Path> excluded() {
    Set<Path> excluded = new HashSet<>(Housekeepers.kept(host));
    excluded.addAll(Mounts.read(host.files()).below(host.files(), roots));
    return excluded;
  }

  static String unseen(int directories) {
    return directories
        + " directories that could not be read, lie too deep, are locked, or let everybody write";
  }

  private static long nanos(Instant instant) {
    return FileTime.from(instant).to(TimeUnit.NANOSECONDS);
  }

  private static Instant instant(long nanos) {
    return FileTime.from(nanos, TimeUnit.NANOSECONDS).toInstant();
  }
}
