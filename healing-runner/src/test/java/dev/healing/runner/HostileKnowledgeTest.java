package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.core.host.LinuxHost;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.KnowledgeBase;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of knowledge that are well formed, no larger than they may be, and made to fill the memory
 * of a daemon. One that is set aside costs nothing that was learned; none ends the process.
 */
class HostileKnowledgeTest {
  /** What it may have at most for a process with 64 MB, a third, and a little less. */
  private static final int MUCH = 20_000_000;

  private static final Pattern KEPT = Pattern.compile("(\\d+) MB kept");

  @TempDir Path directory;

  /** What is done to a good document: how it begins is kept, the list of its problems is not. */
  enum Hostile {
    NUMBERS("\"more\":[", "1.5,", "1]", "\"problems\":[]", true),
    TINY_OBJECTS("\"more\":[", "{},", "{}]", "\"problems\":[]", true),
    NESTED("\"more\":", "[", "", "\"problems\":[]", true),
    NAMES("\"more\":{", "\"%07x\":1,", "\"last\":1}", "\"problems\":[]", true),
    LONG_NAMES(
        "\"more\":{",
        "\"%07x" + "n".repeat(19_000) + "\":1,",
        "\"last\":1}",
        "\"problems\":[]",
        true),
    A_LONG_TEXT("\"more\":\"", "texttext", "\"", "\"problems\":[]", true),
    A_LONG_NAME("\"", "texttext", "\":1", "\"problems\":[]", true),
    DIGITS("\"more\":", "11111111", "", "\"problems\":[]", true),
    BEHIND_THE_PROBLEMS("\"problems\":[]", ",\"%07x\":[1,2,3]", "", "\"more\":1", true),
    DEEP_IN_A_PROBLEM(
        "\"problems\":[{\"fingerprint\":\"0cc175b9\",\"key\":\"a\",\"runs\":[",
        "1,",
        "1],\"actions\":{}}]",
        "\"more\":1",
        true),
    ACTIONS_OF_A_PROBLEM(
        "\"problems\":[{\"fingerprint\":\"0cc175b9\",\"key\":\"a\",\"runs\":[1],\"actions\":{",
        "\"a%07x\":" + Hostile.ACTION + ",",
        "\"b\":" + Hostile.ACTION + "}}]",
        "\"more\":1",
        true),
    ACTIONS_OF_ALL_PROBLEMS(
        "\"problems\":[" + Hostile.problem("first", "b"), ",%s", "]", "\"more\":1", false),
    ONE_PROBLEM_AFTER_THE_OTHER(
        "\"problems\":[" + Hostile.problem("first", "b"), ",%p", "]", "\"more\":1", false),
    WHAT_IS_KNOWN_BY_ITS_HASH("\"problems\":[],\"more\":1", "", "", "\"more2\":1", false);

    static final String ACTION =
        "{\"attempts\":0,\"healed\":0,\"unchanged\":0,\"worse\":0,\"failed\":0,\"ambiguous\":0,"
            + "\"takenBack\":0,\"counted\":[0,0],"
            + "\"imported\":{\"attempts\":1,\"healed\":0,\"from\":\"x\"}}";

    private final String begin;
    private final String again;
    private final String end;
    private final String then;
    private final boolean refused;

    Hostile(String begin, String again, String end, String then, boolean refused) {
      this.begin = begin;
      this.again = again;
      this.end = end;
      this.then = then;
      this.refused = refused;
    }

    static String problem(String key, String... actions) {
      StringBuilder all = new StringBuilder();
      for (String action : actions) {
        all.append(all.length() == 0 ? "\"" : ",\"").append(action).append("\":").append(ACTION);
      }
      return "{\"fingerprint\":\""
          + new Fingerprint(key).hash()
          + "\",\"key\":\""
          + key
          + "\",\"runs\":[1],\"actions\":{"
          + all
          + "}}";
    }

    /** Replaces the list of problems of a good document. */
    void write(String good, Path file) throws IOException {
      try (BufferedWriter out = Files.newBufferedWriter(file)) {
        String head = good.substring(0, good.indexOf("\"problems\""));
        if (this == WHAT_IS_KNOWN_BY_ITS_HASH) {
          String seeds = "\"seeds\":{";
          int at = head.indexOf(seeds) + seeds.length();
          out.write(head.substring(0, at));
          for (int i = 0; i < 99_999; i++) {
            out.write(
                "\"%08x\":{\"a%07x\":{\"attempts\":1,\"healed\":0,\"from\":\"x\"}},"
                    .formatted(i, i));
          }
          out.write("\"ffffffff\":{}");
          head = head.substring(at);
        }
        out.write(head + begin);
        long length = 0;
        for (int i = 0; !again.isEmpty() && length < MUCH; i++) {
          String one =
              again.equals(",%s")
                  ? "," + problem("k" + i, tenNames(i))
                  : again.equals(",%p")
                      ? "," + problem("k" + i, "b")
                      : again.contains("%") ? again.formatted(i) : again;
          out.write(one);
          length += one.length();
        }
        out.write(again.equals("[") ? "]".repeat(MUCH) : "");
        out.write(end + "," + then + "}");
      }
    }

    private static String[] tenNames(int i) {
      return Stream.iterate(0, n -> n + 1)
          .limit(10)
          .map(n -> "a" + i + "_" + n)
          .toArray(String[]::new);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noneEndsTheProcess(Hostile hostile) throws Exception {
    Path file = directory.resolve("knowledge.json");
    learned(2);
    hostile.write(Files.readString(file), file);

    String said = atTheStart();

    assertThat(said).contains("attempts: " + (hostile.refused ? 2 : 0) + ",");
    if (hostile.refused) {
      assertThat(asideAs("knowledge.json.damaged-")).as(said).isOne();
    }
    if (hostile == Hostile.ACTIONS_OF_ALL_PROBLEMS) {
      assertThat(said).contains("problems left out, those seen least lately");
    }
    Matcher kept = KEPT.matcher(said);
    assertThat(kept.find()).as(said).isTrue();
    assertThat(Integer.parseInt(kept.group(1))).as("MB kept").isLessThan(36);
  }

  /** Lines that are damaged, lines that make no sense, and one that does not end. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "{\"crc\":\"00000000\"}\n", "{\"seq\":1}\n", "[1,", "\u1234"})
  void noJournalEndsTheProcess(String again) throws Exception {
    learned(2);
    byte[] bytes = again.getBytes(StandardCharsets.UTF_8);
    try (OutputStream out =
        new BufferedOutputStream(
            Files.newOutputStream(directory.resolve("knowledge.journal.jsonl")))) {
      for (int length = 0; length < 8_000_000; length += bytes.length) {
        out.write(bytes);
      }
    }

    assertThat(atTheStart()).contains("attempts: 2,");
    assertThat(atTheStart()).as("and goes on").contains("attempts: 3,");
  }

  /** As large as may be given to a process of this size. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"fixes\":{\"0123abcd\":[ | {\"actions\":[\"a%07x\"]}, | {}]}} | left out (1): problems known by their short hash",
        "{\"fixes\":{\"0123abcd\":[{\"actions\":[ | \"a%07x\", | \"b\"]}]}} | is larger than",
        "{\"fixes\":{ | \"%08x\":[{\"actions\":[\"a\"]}], | \"x\":[]}} | attempts on 20000",
        "{\"fixes\":{}, \"patterns\":[ | 1.5, | 1]} | there is no attempt in it",
        "{\"fixes\":{}, \"statistics\":{ | \"%07x\":{}, | \"x\":1}} | there is no attempt in it",
        "{\"fixes\":{}, \"more\": | 1 | } | more than 1048576 characters",
        "{\"fixes\":{}, \"more\": | [ | 1 | nesting depth",
        "{\"problems\":[ | 1.5, | 1]} | expected",
        "{\"problems\":[{\"runs\":[ | 1, | 1]}]} | is larger than",
        "{\"problems\":[], \"more\":[ | 1.5, | 1]} | is larger than"
      })
  void noImportEndsTheProcess(String begin, String again, String end, String told)
      throws Exception {
    learned(2);
    String before = Files.readString(directory.resolve("knowledge.json"));
    Path file = directory.resolve("import");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(begin);
      for (int i = 0, length = 0; length < 8_000_000; i++) {
        String one = again.contains("%") ? again.formatted(i) : again;
        out.write(one);
        length += one.length();
      }
      out.write(end);
    }

    String said = atTheStart("import");

    assertThat(said).contains(told);
    if (!said.matches("(?s).* attempts? on .*")) {
      assertThat(said)
          .containsAnyOf("import is no knowledge that can be imported: ", "import: there");
      assertThat(Files.readString(directory.resolve("knowledge.json"))).isEqualTo(before);
    } else {
      assertThat(atTheStart()).as("what was known is").contains("attempts: 2, problems: []");
    }
  }

  private long asideAs(String name) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.getFileName().toString().startsWith(name)).count();
    }
  }

  /** Heals the same so often, each by a process of its own. */
  private void learned(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      try (LinuxHost host = LinuxHost.open(directory);
          KnowledgeBase base = new JsonKnowledgeBaseProvider().create(host)) {
        base.record(List.of(healed()));
      }
    }
  }

  private static Receipt healed() {
    Instant at = Instant.parse("2026-11-24T10:00:00Z");
    return new Receipt(
        "r1",
        "i1",
        IssueType.DISK_FULL,
        new TreeSet<>(List.of("/var")),
        ActionId.CLEAN_DISK,
        "/var",
        Origin.AUTOMATIC,
        Outcome.HEALED,
        at,
        Optional.of(at),
        at,
        new TreeMap<>(),
        new TreeMap<>(),
        0.5,
        List.of(),
        List.of(),
        new TreeMap<>(),
        List.of(),
        "done");
  }

  /** What a process with the daemon's memory says of what is known, and that it can learn. */
  private String atTheStart(String... more) throws IOException, InterruptedException {
    return ChildJava.withLittleMemory(
        Opens.class,
        Stream.concat(Stream.of(directory.toString()), Stream.of(more)).toArray(String[]::new));
  }

  /** A daemon, as far as knowledge goes; the rest of it takes memory as well. */
  static final class Opens {
    private static final byte[] REST = new byte[14 << 20];

    private Opens() {}

    /**
     * Tells what is known, and imports or learns.
     *
     * @param arguments where, and what to import from there
     */
    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      try (LinuxHost host = LinuxHost.open(directory);
          KnowledgeBase base = new JsonKnowledgeBaseProvider().create(host)) {
        Fingerprint disk = Fingerprint.of(IssueType.DISK_FULL, List.of("/var"));
        long attempts = base.confidence(disk, ActionId.CLEAN_DISK).attempts();
        System.out.println("attempts: " + attempts + ", problems: " + base.problems());
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory() - REST.length;
        System.out.println((used >> 20) + " MB kept");
        if (arguments.length > 1) {
          String document = Files.readString(directory.resolve(arguments[1]));
          System.out.println(base.adopt(document, arguments[1]));
        } else {
          base.record(List.of(healed()));
        }
      } catch (HealingException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
