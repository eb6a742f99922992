package dev.healing.actions.nixos.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.healing.actions.nixos.files.SafeTree.Directory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * One walk through a {@link SafeTree}, by as many threads as take part. Who comes to a directory
 * while another has nothing to do leaves it to that one: nearly all the time goes into the kernel.
 */
final class TreeWalk {
  private static final int DEEPEST = 64;
  private static final int KIND = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final String ASKED = "unix:fileKey,mode,nlink,size,lastModifiedTime,ctime";

  private final SafeTree.Rule rule;
  private final Holes holes;
  private final String device;
  private final SafeTree.Visitor visitor;
  private final boolean temporary;
  private final String asked;
  private final SharedWork<Directory> directories;
  private final AtomicInteger unseen = new AtomicInteger();

  TreeWalk(SafeTree.Rule rule, Holes holes, Directory root, SafeTree.Visitor visitor) {
    this.rule = rule;
    this.holes = holes;
    this.device = Directories.device(root.key());
    this.visitor = visitor;
    this.temporary = rule.tmpfiles().areIn(root.full());
    this.asked = temporary ? ASKED + ",lastAccessTime" : ASKED;
    this.directories = new SharedWork<>(root);
  }

  /** Returns when all is done. */
  void takePart() {
    directories.work(this::visit);
  }

  /** Directories that could not be read or were not safe to enter. */
  int unseen() {
    return unseen.get();
  }

  private void visit(Directory here) {
    try (SecureDirectoryStream<Path> entries = here.stream()) {
      Newest newest = new Newest(rule.newest());
      boolean rotatedOnly = rule.rotatedOnly() && RotatedLogs.areIn(here.full());
      boolean evidence = rotatedOnly && RotatedLogs.isEvidence(here.full());
      List<Pattern> keptHere = rule.tmpfiles().keptIn(here.full());
      SafeTree.Visit visit = visitor.enter(here);
      List<FoundFile> large = new ArrayList<>();
      try {
        for (Path entry : entries) {
          if (directories.over()) {
            return;
          }
          Path name = Objects.requireNonNull(entry.getFileName());
          if (!isOneOf(keptHere, name)) {
            step(
                here,
                name,
                newest,
                evidence || rotatedOnly && !RotatedLogs.isOne(name),
                visit,
                large);
          }
          if (large.size() >= Holes.TOGETHER) {
            show(large, visit);
          }
        }
        show(large, visit);
      } finally {
        visit.leave();
      }
    } catch (IOException | DirectoryIteratorException e) {
      unseen.incrementAndGet();
    }
  }

  private static boolean isOneOf(List<Pattern> patterns, Path name) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(name.toString()).matches());
  }

  /**
   * One entry. What only can be asked for by path may be about something else if somebody swaps
   * directories: {@link FoundFile#delete} asks in the open directory, and a directory is opened
   * there.
   */
  private void step(
      Directory here,
      Path name,
      Newest newest,
      boolean kept,
      SafeTree.Visit visit,
      List<FoundFile> large) {
    Path full = here.full().resolve(name);
    try {
      if (rule.excluded().contains(full)) {
        return; // not even looked at: a mount whose server is gone would never answer
      }
      Map<String, Object> seen = Files.readAttributes(full, asked, NOFOLLOW_LINKS);
      int kind = (Integer) known(seen, "mode") & KIND;
      if (kind == DIRECTORY) {
        descend(here, name, full);
      } else if (kind == REGULAR && !kept) {
        offer(found(here, name, seen), newest, visit, large);
      }
    } catch (IOException e) {
      // Gone, swapped or forbidden since it was listed: left alone, the walk goes on.
    }
  }

  /** Of the files so far, the one that is not, or no longer, among the newest. */
  private void offer(FoundFile file, Newest newest, SafeTree.Visit visit, List<FoundFile> large) {
    if (file.changedNanos() > rule.knownNanos()) {
      return;
    }
    newest
        .push(file)
        .filter(this::mayGo)
        .ifPresent(
            next -> {
              if (Holes.mayBeIn(next)) {
                large.add(next);
              } else {
                show(next, visit);
              }
            });
  }

  /** Those of which it is asked what they take. */
  private void show(List<FoundFile> large, SafeTree.Visit visit) {
    holes.measured(large).forEach(file -> show(file, visit));
    large.clear();
  }

  private void show(FoundFile file, SafeTree.Visit visit) {
    try {
      if (!directories.over() && !visit.file(file)) {
        directories.end();
      }
    } catch (IOException e) {
      // Gone, swapped or forbidden since it was seen: left alone, the walk goes on.
    }
  }

  private void descend(Directory above, Path name, Path full) {
    if (above.depth() >= DEEPEST) {
      unseen.incrementAndGet();
      return;
    }
    try {
      Optional<Directory> below = enter(above, name, full);
      if (below.isPresent() && !directories.offer(below.get())) {
        visit(below.get());
      }
    } catch (NoSuchFileException e) {
      // It is gone.
    } catch (IOException e) {
      unseen.incrementAndGet();
    }
  }

  /** Opens it; empty if it is on another device or not safe. */
  private Optional<Directory> enter(Directory above, Path name, Path full) throws IOException {
    SecureDirectoryStream<Path> child = above.stream().newDirectoryStream(name, NOFOLLOW_LINKS);
    boolean entered = false;
    try {
      PosixFileAttributes own = Directories.attributes(child);
      boolean here = Directories.device(own.fileKey()).equals(device);
      boolean locked = rule.open().contains(own.fileKey());
      entered = here && !locked && !Directories.anybodyRenames(own, full);
      if (here && !entered) {
        unseen.incrementAndGet();
      }
      return entered
          ? Optional.of(
              new Directory(child, full, own.fileKey(), above.blockBytes(), above.depth() + 1))
          : Optional.empty();
    } finally {
      if (!entered) {
        child.close();
      }
    }
  }

  private FoundFile found(Directory in, Path name, Map<String, Object> seen) {
    FileTime modified = (FileTime) known(seen, "lastModifiedTime");
    long modifiedNanos = modified.to(TimeUnit.NANOSECONDS);
    long changedNanos = ((FileTime) known(seen, "ctime")).to(TimeUnit.NANOSECONDS);
    long readNanos =
        temporary ? ((FileTime) known(seen, "lastAccessTime")).to(TimeUnit.NANOSECONDS) : 0;
    long size = (Long) known(seen, "size");
    boolean marked = ((Integer) known(seen, "mode") & Directories.STICKY) != 0;
    return new FoundFile(
        in,
        name,
        known(seen, "fileKey"),
        size,
        modified,
        Math.max(Math.max(modifiedNanos, changedNanos), readNanos),
        !marked && !name.equals(Roots.TAG) && known(seen, "nlink").equals(1),
        (size + in.blockBytes() - 1) / in.blockBytes() * in.blockBytes());
  }

  private static Object known(Map<String, Object> seen, String attribute) {
    return Objects.requireNonNull(seen.get(attribute), attribute);
  }

  private boolean mayGo(FoundFile file) {
    return file.changedNanos() < rule.fromNanos()
        && file.disposable()
        && !rule.open().contains(file.key());
  }
}
