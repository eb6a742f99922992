package dev.healing.runner;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The way in: {@code healing VERB …}. */
public final class Main {
  private Main() {}

  /** Runs a verb and exits with its code. */
  public static void main(String[] args) {
    Logging.quiet();
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    System.setOut(err); // what a plugin prints is no part of an answer
    int exit = new Shell(out, err, System.getenv()).run(args);
    if (out.checkError()) {
      err.println(
          "healing: the output could not be written: is its disk full, or its reader gone?");
      exit = exit == Exit.DONE ? Exit.FAILED : exit;
    }
    System.exit(exit);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** The version in the jar's manifest. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
