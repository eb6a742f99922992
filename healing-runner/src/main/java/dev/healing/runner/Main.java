package dev.healing.runner;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The way in: {@code healing VERB …}. */
public final class Main {
  private Main() {}

  /** Runs a verb and exits with its code. */
  public static void main(String[] args) {
    Logging.quiet();
    Pipe pipe = new Pipe(new FileOutputStream(FileDescriptor.out));
    PrintStream out = new PrintStream(pipe, true, StandardCharsets.UTF_8);
    PrintStream err = utf8(FileDescriptor.err);
    System.setOut(err); // what a plugin prints is no part of an answer
    int exit = new Shell(out, err, System.getenv()).run(args);
    if (pipe.readerGone()) {
      System.exit(Exit.READER_GONE);
    }
    if (out.checkError()) {
      err.println("healing: the output could not be written: is its disk full?");
      exit = exit == Exit.DONE ? Exit.FAILED : exit;
    }
    System.exit(exit);
  }

  /** Knows why it could not be written to, which a {@link PrintStream} does not tell. */
  private static final class Pipe extends FilterOutputStream {
    private boolean readerGone;

    Pipe(OutputStream to) {
      super(to);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        readerGone |= String.valueOf(e.getMessage()).contains("Broken pipe");
        throw e;
      }
    }

    boolean readerGone() {
      return readerGone;
    }
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
