package dev.healing.actions.nixos;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Directories that are gone when the tests have ended. */
public final class Temporary {
  private static final Queue<Path> MADE = new ConcurrentLinkedQueue<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> MADE.forEach(Temporary::delete)));
  }

  private Temporary() {}

  /** A new one, by its real path. */
  public static Path directory() {
    try {
      Path made = Files.createTempDirectory("actions").toRealPath();
      MADE.add(made);
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path directory) {
    try {
      if (Files.exists(directory)) {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      System.err.println(directory + " is left behind: " + e);
    }
  }
}
