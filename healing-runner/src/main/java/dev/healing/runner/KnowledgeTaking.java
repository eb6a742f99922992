package dev.healing.runner;

import dev.healing.api.HostException;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Lines;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** What {@code knowledge import} and {@code knowledge restore} take from a file. */
final class KnowledgeTaking {
  /** What a daemon takes in one request, less what stands around it. */
  private static final int MOST_TO_A_DAEMON = 60_000;

  private static final long MOST_BYTES = 64L << 20;

  /** As bytes and as text it is in memory at once, and what is learned from it beside that. */
  private static final long MOST_OF_MEMORY = Runtime.getRuntime().maxMemory() / 8;

  /** What the launcher gives a daemon, in MiB; this process has more. */
  static final int DAEMONS_MEBIBYTES = 64;

  private static final String FILE = "knowledge.json";

  private KnowledgeTaking() {}

  static int adopt(Invocation invocation, Path file) {
    String document = read(file);
    String from = String.valueOf(file.getFileName());
    ObjectNode request = invocation.request("import").put("from", from);
    boolean fits = fits(request, document);
    Answer answer =
        invocation
            .ask(fits ? request.put("document", document) : invocation.request("status"))
            .map(given -> fits ? given : tooLarge(file))
            .orElseGet(() -> withoutDaemon(invocation, e -> imported(e, document, from)));
    return told(invocation, answer, "imported");
  }

  /** A daemon would have learned something before long. */
  static int restore(Invocation invocation, Path file) {
    String document = read(file);
    String from = String.valueOf(file.getFileName());
    Answer answer =
        invocation
            .ask(invocation.request("status"))
            .map(
                running ->
                    Answer.failed(
                        Exit.FAILED, "a daemon runs: stop it, restore, and start it again"))
            .orElseGet(
                () ->
                    withoutDaemon(
                        invocation,
                        engine -> lines("restored", engine.knowledge().restore(document, from))));
    return told(invocation, answer, "restored");
  }

  private static int told(Invocation invocation, Answer answer, String member) {
    return invocation.show(
        answer,
        (json, style) -> {
          List<String> lines = new ArrayList<>();
          json.path(member).forEach(line -> lines.add(Lines.clean(line.asString(""))));
          return lines;
        });
  }

  private static boolean fits(ObjectNode request, String document) {
    return document.length() <= MOST_TO_A_DAEMON
        && request
                .deepCopy()
                .put("document", document)
                .toString()
                .getBytes(StandardCharsets.UTF_8)
                .length
            <= MOST_TO_A_DAEMON;
  }

  private static Answer tooLarge(Path file) {
    return Answer.failed(
        Exit.FAILED,
        file
            + " is more than a daemon that runs can be given ("
            + MOST_TO_A_DAEMON
            + " bytes, as it is sent): stop it, import, and start it again");
  }

  private static Answer withoutDaemon(
      Invocation invocation, Function<HealingEngine, Answer> taking) {
    try (LinuxHost host = LinuxHost.open(invocation.stateDirectory());
        HealingEngine engine =
            HealingEngine.builder()
                .host(host)
                .configuration(invocation.configuration())
                .automatic(false)
                .build()) {
      // It may be a file that was set aside: what is kept from here on is without it.
      KnowledgeVerb.isAll(invocation, engine);
      Answer answer = taking.apply(engine);
      if (host.state().exists(FILE)) {
        tooLargeForADaemon(host.state().size(FILE))
            .ifPresent(warning -> invocation.err().println("healing: " + warning));
      }
      return answer;
    }
  }

  /** Why a daemon would begin with nothing known, if it would. */
  private static Optional<String> tooLargeForADaemon(long bytes) {
    if (bytes <= mostForADaemon(DAEMONS_MEBIBYTES)) {
      return Optional.empty();
    }
    int enough = DAEMONS_MEBIBYTES;
    while (bytes > mostForADaemon(enough)) {
      enough *= 2;
    }
    return Optional.of(
        "it is kept, but "
            + FILE
            + " has "
            + bytes
            + " bytes now, and a daemon with the usual memory ("
            + DAEMONS_MEBIBYTES
            + " MiB) reads at most "
            + mostForADaemon(DAEMONS_MEBIBYTES)
            + ": it would begin with nothing known, and learn nothing. Before you start it, give it"
            + " more, unless it has: 'systemctl edit healing', [Service],"
            + " Environment=HEALING_JAVA_OPTIONS=-Xmx"
            + enough
            + "m");
  }

  /** One of the two spaces for survivors, a thirtieth, counts as no memory. */
  private static long mostForADaemon(int mebibytes) {
    return LinuxHost.mostOfADocument((long) mebibytes * (1 << 20) / 30 * 29);
  }

  /** {@code {imported: [text]}}. */
  static Answer imported(HealingEngine engine, String document, String from) {
    return lines("imported", engine.knowledge().adopt(document, from));
  }

  private static Answer lines(String member, List<String> told) {
    ObjectNode json = JsonText.object();
    told.forEach(json.putArray(member)::add);
    return Answer.of(json);
  }

  private static String read(Path file) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file) || file.toString().isEmpty()) {
        throw new HostException("'" + file + "': expected a regular file");
      }
      if (Files.size(file) == 0) {
        throw new HostException(file + " is empty: expected what 'knowledge export' prints");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new HostException(
            file + " has " + Files.size(file) + " bytes: expected at most " + MOST_BYTES);
      }
      if (Files.size(file) > MOST_OF_MEMORY) {
        throw new HostException(
            file
                + " has "
                + Files.size(file)
                + " bytes: expected at most "
                + MOST_OF_MEMORY
                + ", an eighth of the memory that this process may use;"
                + " HEALING_JAVA_OPTIONS=-Xmx512m gives it more");
      }
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new HostException(file + " is no text in UTF-8", e);
    } catch (NoSuchFileException e) {
      throw new HostException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new HostException(file + " cannot be read: " + HostException.reason(e), e);
    }
  }
}
