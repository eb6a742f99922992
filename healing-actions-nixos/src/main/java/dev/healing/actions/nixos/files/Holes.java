package dev.healing.actions.nixos.files;

import dev.healing.api.HealingException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What large files really take. One may be nearly all hole, as what is rotated by copying and
 * cutting where the writer keeps its place: to delete that gives nothing, whatever its size. The
 * JDK does not tell; stat(1) does. Where it cannot be asked, or after so many questions, files
 * count with their size. Safe for several threads.
 */
final class Holes {
  /** A hole in less is not worth a question. */
  static final long LARGE = 1 << 20;

  /** Files in one question: their names are its arguments. */
  static final int TOGETHER = 200;

  private static final int MOST_QUESTIONS = 1000;
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String ASKER = "stat";

  /** A file key as the JDK shows it, and how many blocks of what size there are. */
  private static final String FORMAT = "(dev=%D,ino=%i) %b %B";

  private static final Pattern LINE = Pattern.compile("(?m)^(\\(\\S+\\)) (\\d{1,15}) (\\d{1,6})$");

  private final CommandRunner commands;
  private final AtomicInteger questions = new AtomicInteger();

  Holes(CommandRunner commands) {
    this.commands = commands;
  }

  static boolean mayBeIn(FoundFile file) {
    return file.size() >= LARGE;
  }

  /** The same files, each with what it takes as far as that is known. */
  List<FoundFile> measured(List<FoundFile> files) {
    if (files.isEmpty()
        || commands.which(ASKER).isEmpty()
        || questions.incrementAndGet() > MOST_QUESTIONS) {
      return List.copyOf(files);
    }
    List<String> paths =
        files.stream().map(file -> file.in().full().resolve(file.name()).toString()).toList();
    String said;
    try {
      said = commands.run(Command.of(LIMIT, ASKER, "-c", FORMAT).operands(paths)).stdout();
    } catch (HealingException e) {
      return List.copyOf(files);
    }
    List<FoundFile> measured = new ArrayList<>(files);
    Matcher line = LINE.matcher(said);
    while (line.find()) {
      String key = line.group(1);
      long bytes = Long.parseLong(line.group(2)) * Long.parseLong(line.group(3));
      measured.replaceAll(file -> file.key().toString().equals(key) ? file.taking(bytes) : file);
    }
    return measured;
  }
}
