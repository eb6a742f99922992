package dev.healing.runner.notify;

import dev.healing.api.HostException;
import dev.healing.core.json.JsonText;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells by a program of the host: the operator's own, or sendmail. */
final class Programs implements Channel {
  private static final Duration MOST = Trial.LONGEST;
  private static final int MOST_OUTPUT_BYTES = 4 << 10;

  /** Where it is since the days of 4.3BSD, in no PATH of a user. */
  private static final String SENDMAIL = "/usr/sbin/sendmail";

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final CommandRunner commands;

  Programs(CommandRunner commands) {
    this.commands = commands;
  }

  @Override
  public void send(Receiver receiver, Letter letter) throws NotSent {
    boolean mail = receiver.form() == Receiver.Form.MAIL;
    String input = mail ? mail(receiver, letter) : JsonText.line(letter.json()) + "\n";
    List<String> argv = mail ? sendmail(receiver) : receiver.command();
    try {
      CommandRunner.Result result =
          commands.run(new Command(argv, MOST, MOST_OUTPUT_BYTES, input).asApart());
      if (!result.ok()) {
        throw new NotSent(argv.get(0) + ": " + Note.oneLine(result.complaint()));
      }
    } catch (HostException e) {
      throw new NotSent(String.valueOf(e.getMessage()));
    }
  }

  static Optional<Path> sendmail(CommandRunner commands) {
    return commands.which("sendmail").or(() -> commands.which(SENDMAIL));
  }

  private List<String> sendmail(Receiver receiver) throws NotSent {
    String program =
        sendmail(commands)
            .map(Path::toString)
            .orElseThrow(
                () ->
                    new NotSent(
                        "this host has no sendmail: install a program that brings it, such as"
                            + " msmtp-mta, nullmailer or postfix"));
    // -i: a line with nothing but a dot does not end the message.
    List<String> argv = new ArrayList<>(List.of(program, "-i", "--"));
    argv.addAll(receiver.to());
    return argv;
  }

  /** As in RFC 5322, with a body that no relay can spoil. */
  static String mail(Receiver receiver, Letter letter) {
    Instant at = letter.notes().get(letter.notes().size() - 1).at();
    String body = letter.text() + "\n-- \nhealing on " + letter.host() + "\n";
    return String.join(
            "\n",
            "To: " + String.join(",\n ", receiver.to()),
            "Subject: " + encoded("[healing] " + letter.title()),
            "Date: " + DATE.format(at),
            "Message-ID: <" + letter.id() + "@" + letter.host() + ">",
            "Auto-Submitted: auto-generated",
            letter.urgent() ? "Importance: high" : "Importance: normal",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
            "",
            Base64.getMimeEncoder(76, new byte[] {'\n'})
                .encodeToString(body.getBytes(StandardCharsets.UTF_8)))
        + "\n";
  }

  /** As in RFC 2047, where need be. */
  private static String encoded(String text) {
    return text.matches("[ -~]*")
        ? text
        : "=?utf-8?B?"
            + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
            + "?=";
  }
}
