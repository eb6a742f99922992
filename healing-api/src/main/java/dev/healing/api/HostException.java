package dev.healing.api;

/** The host did not do what it was asked: a file, command, process or bus failed. */
public final class HostException extends HealingException {
  private static final long serialVersionUID = 1L;

  /** With the reason, for a person. */
  public HostException(String message) {
    super(message);
  }

  /** With the reason and what it came from. */
  public HostException(String message, Throwable cause) {
    super(message, cause);
  }

  private HostException(String message, boolean whereThrown) {
    super(message, whereThrown);
  }

  /**
   * With the reason and no stack trace, which takes longer than most questions: of a host that is
   * known to lack what it is asked for again and again.
   */
  public static HostException lacking(String message) {
    return new HostException(message, false);
  }
}
