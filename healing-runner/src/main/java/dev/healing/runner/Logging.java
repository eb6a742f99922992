package dev.healing.runner;

import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What libraries log: warnings and worse, one line each, on stderr. */
final class Logging {
  private Logging() {}

  /**
   * Names the class that configures java.util.logging. It is loaded when something is logged for
   * the first time, so that a verb which logs nothing pays nothing.
   */
  static void quiet() {
    if (System.getProperty("java.util.logging.config.file") == null) {
      System.setProperty("java.util.logging.config.class", Setup.class.getName());
    }
  }

  /** Made by {@link LogManager}, by name. */
  public static final class Setup {
    /** Configures by being made, as {@link LogManager} asks for. */
    public Setup() {
      Handler handler = new ConsoleHandler();
      handler.setLevel(Level.WARNING);
      handler.setFormatter(new OneLine());
      Logger root = LogManager.getLogManager().getLogger("");
      if (root == null) {
        root = Logger.getLogger("");
      }
      for (Handler other : root.getHandlers()) {
        root.removeHandler(other);
      }
      root.setLevel(Level.WARNING);
      root.addHandler(handler);
    }
  }

  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord logged) {
      String prefix = System.getenv("JOURNAL_STREAM") == null ? "" : priority(logged.getLevel());
      Throwable thrown = logged.getThrown();
      return prefix
          + "healing: "
          + formatMessage(logged).replaceAll("\\R", " ")
          + (thrown == null ? "" : " (" + thrown.toString().replaceAll("\\R", " ") + ")")
          + "\n";
    }

    private static String priority(Level level) {
      return level.intValue() >= Level.SEVERE.intValue() ? "<3>" : "<4>";
    }
  }
}
