package dev.healing.runner.notify;

import dev.healing.api.HostException;
import dev.healing.spi.HostFiles;
import java.nio.file.Files;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A value that is never shown: written as it is, or as the name of where it is kept ({@code
 * file:PATH}, or {@code credential:NAME} for one that systemd hands to the daemon). It is read
 * whenever it is needed, so that a new one needs no reload.
 */
final class Secret {
  private static final String FILE = "file:";
  private static final String CREDENTIAL = "credential:";
  private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1,2000}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  private final String written;

  Secret(String written) {
    this.written = written;
  }

  /** Whether it only says where it is kept. */
  boolean kept() {
    return written.startsWith(FILE + "/")
        || (written.startsWith(CREDENTIAL)
            && NAME.matcher(written.substring(CREDENTIAL.length())).matches());
  }

  /** What was written, if that is the value itself. */
  Optional<String> plain() {
    return kept() ? Optional.empty() : Optional.of(written);
  }

  /** That the file that has it is not there, if that can be seen. */
  Optional<String> missing(HostFiles files) {
    return Optional.of(written)
        .filter(where -> kept() && where.startsWith(FILE))
        .filter(where -> Files.notExists(files.path(where.substring(FILE.length()))))
        .map(where -> where + " is not there");
  }

  /**
   * The value, without the white space around it.
   *
   * @param credentials where systemd keeps them for this process; empty if it keeps none
   * @throws NotSent if it cannot be had, without a word of it
   */
  String value(HostFiles files, Optional<String> credentials) throws NotSent {
    String value = kept() ? read(files, credentials) : written;
    if (!PRINTABLE.matcher(value).matches()) {
      throw new NotSent(
          (kept() ? written : "what is written")
              + " is empty, or has spaces or other characters in it that no address or token has");
    }
    return value;
  }

  private String read(HostFiles files, Optional<String> credentials) throws NotSent {
    try {
      String missing = written + " is not there";
      return files.read(path(credentials)).orElseThrow(() -> new NotSent(missing)).strip();
    } catch (HostException e) {
      throw new NotSent(written + " cannot be read by this process");
    }
  }

  private String path(Optional<String> credentials) throws NotSent {
    String rest = written.substring(written.indexOf(':') + 1);
    if (written.startsWith(FILE)) {
      return rest;
    }
    String none =
        "systemd hands this process no credentials: expected LoadCredential="
            + rest
            + ":FILE in its unit";
    return credentials.orElseThrow(() -> new NotSent(none)) + "/" + rest;
  }

  @Override
  public String toString() {
    return "(not shown)";
  }
}
