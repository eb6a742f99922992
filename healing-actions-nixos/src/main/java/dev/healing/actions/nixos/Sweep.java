package dev.healing.actions.nixos;

import dev.healing.api.ActionId;
import dev.healing.api.Preview;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Which old files under some roots would be deleted: what clean_disk and clear_cache have in
 * common. {@link Sweeping} does it.
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
 * @param journals to be deleted as well
 */
record Sweep(
    HostContext host,
    ActionId action,
    List<Path> roots,
    SweepLimits limits,
    Supplier<Room> gauge,
    Optional<ArchivedJournals> journals) {
  private static final long FILES_PER_SECOND = 5_000;

  /**
   * What was promised.
   *
   * @param rule what is left alone
   * @param survey of what is not
   * @param identities of the roots
   */
  record Promise(
      Instant at,
      long monotonicNanos,
      SafeTree.Spared rule,
      Survey survey,
      SortedMap<String, String> identities) {}

  /**
   * Works it out.
   *
   * @param lane see {@link Preview}
   * @throws dev.healing.api.RefusedException if there is nothing to delete, or too little
   */
  PreparedAction prepare(String lane) {
    Instant now = host.time().now();
    long monotonicNanos = host.time().monotonicNanos();
    SortedMap<String, String> identities = identities();
    SafeTree.Spared rule =
        new SafeTree.Spared(
            nanos(now.minus(limits.olderThan())),
            excluded(),
            OpenFiles.keys(host.files()),
            limits.keepNewest(),
            nanos(now));
    Ages ages = new Ages();
    SafeTree tree = new SafeTree(host.files(), rule);
    Survey survey = look(tree, file -> ages.add(nanos(now) - file.changedNanos(), file.size()));
    List<String> rest = new ArrayList<>();
    if (survey.files() > limits.maxFiles() || survey.bytes() > limits.maxBytes()) {
      rule = rule.from(nanos(now) - oldest(ages) + 1);
      tree = new SafeTree(host.files(), rule);
      rest.add(
          "leave what is younger to a later run: max-files is "
              + limits.maxFiles()
              + ", max-bytes "
              + Checks.size(limits.maxBytes()));
      survey = look(tree, file -> {});
    }
    if (survey.crowdedOut() > 0) {
      rest.add(
          "leave "
              + survey.crowdedOut()
              + " files to a later run: they are in more than "
              + Survey.MOST_DIRECTORIES
              + " directories");
    }
    if (tree.unseen() > 0) {
      rest.add("leave out " + unseen(tree));
    }
    Promise promise = new Promise(now, monotonicNanos, rule, survey, identities);
    Preview preview = preview(lane, promise, rest);
    return new Prepared(preview, execution -> new Sweeping(this, promise, execution).run());
  }

  private long oldest(Ages ages) {
    OptionalLong age = ages.oldest(limits.maxFiles(), limits.maxBytes());
    Checks.require(
        age.isPresent(),
        "even the oldest files are more than max-files "
            + limits.maxFiles()
            + " or max-bytes "
            + Checks.size(limits.maxBytes())
            + ", all of one age; raise that limit");
    return age.getAsLong();
  }

  private interface Noted {
    void note(SafeTree.Found file);
  }

  private Survey look(SafeTree tree, Noted noted) {
    Survey survey = new Survey(0, left -> {});
    for (Path root : roots) {
      tree.walk(
          root,
          new SafeTree.Visitor() {
            @Override
            public void enter(SafeTree.Directory directory) {
              survey.enter(directory);
            }

            @Override
            public boolean visit(SafeTree.Found file) {
              if (survey.addOnce(file)) {
                noted.note(file);
              }
              return !Thread.currentThread().isInterrupted();
            }

            @Override
            public void leave() {
              survey.leave();
            }
          });
    }
    Checks.require(
        !Thread.currentThread().isInterrupted(),
        "there are too many files under "
            + roots
            + " to look at in time; name fewer or smaller roots");
    return survey;
  }

  private Preview preview(String lane, Promise promise, List<String> rest) {
    Survey survey = promise.survey();
    Instant before = FileTime.from(promise.rule().fromNanos(), TimeUnit.NANOSECONDS).toInstant();
    long files = survey.files() + journals.map(ArchivedJournals::files).orElse(0L);
    long bytes = survey.bytes() + journals.map(ArchivedJournals::bytes).orElse(0L);
    Room room = gauge.get();
    Checks.require(
        files > 0,
        "nothing under " + roots + " was last changed before " + before + " and is free");
    Checks.refuseIf(room.tooLittle(files, bytes, limits));
    List<String> steps = new ArrayList<>();
    if (survey.files() > 0) {
      steps.add(
          "delete "
              + told(survey.files(), survey.bytes())
              + " last changed before "
              + before
              + (limits.keepNewest() > 0
                  ? ", but the newest " + limits.keepNewest() + " of each directory"
                  : ""));
      steps.addAll(survey.lines(host.files()));
    }
    steps.addAll(rest);
    journals.ifPresent(j -> steps.add(j.step()));
    if (room.usedFraction(bytes) > limits.target()) {
      steps.add("which alone does not bring " + room.name() + " down to target");
    }
    TreeMap<String, String> facts = new TreeMap<>(promise.identities());
    facts.put("boot-id", host.time().bootId());
    facts.put("older-than", before.toString());
    return new Preview(
        room.name(),
        lane,
        steps,
        OptionalLong.of(files),
        OptionalLong.of(bytes),
        Duration.ofSeconds(1 + files / FILES_PER_SECOND),
        facts);
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

  static String told(long files, long bytes) {
    return files + " files, " + Checks.size(bytes);
  }

  static String unseen(SafeTree tree) {
    return tree.unseen()
        + " directories that could not be read, lie too deep, or let everybody write";
  }

  private static long nanos(Instant instant) {
    return FileTime.from(instant).to(TimeUnit.NANOSECONDS);
  }
}
