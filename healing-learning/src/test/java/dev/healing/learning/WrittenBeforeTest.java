package dev.healing.learning;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Files that were written when an ObjectMapper still did it, with every member that there is: they
 * are read, and what was read is written in the same words.
 */
class WrittenBeforeTest {
  private static final Pattern NAME = Pattern.compile("\"(\\w+)\":");

  private static String before(String file) throws IOException {
    try (InputStream in = WrittenBeforeTest.class.getResourceAsStream("/before/" + file)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void theDocumentIsWrittenAsItWas() throws IOException {
    String document = before(JsonKnowledgeBase.FILE);
    SortedMap<String, SortedMap<String, Imported>> seeds = new TreeMap<>();
    List<KnowledgeFile> file = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    KnowledgeDocument.read(
        () -> new StringReader(document),
        false,
        (beside, waiting) -> {
          file.add(beside);
          seeds.putAll(waiting);
          return problems;
        },
        (all, problem) -> all.add(KnowledgeJson.line(problem, all.isEmpty())));
    assertThat(KnowledgeJson.begin(file.get(0), seeds, 0) + String.join("", problems))
        .isEqualTo(document.substring(0, document.length() - KnowledgeJson.END.length()));
    assertThat(document).endsWith(KnowledgeJson.END);
  }

  @Test
  void theKnowledgeBaseKeepsItAsItWas() throws IOException {
    MemoryStore store = new MemoryStore();
    store.documents.put(JsonKnowledgeBase.FILE, before(JsonKnowledgeBase.FILE));
    JsonKnowledgeBase base = Samples.open(store);
    assertThat(base.export()).isEqualTo(before(JsonKnowledgeBase.FILE));
    assertThat(base.problems()).isEmpty();
  }

  @Test
  void everyLineOfTheJournalIsWrittenAsItWas() throws IOException {
    assertThat(before(JsonKnowledgeBase.JOURNAL).lines())
        .hasSizeGreaterThan(100)
        .allSatisfy(line -> assertThat(Writing.text(KnowledgeJson.line(line))).isEqualTo(line));
  }

  /** So that what is added to the files is added to these, too. */
  @Test
  void theyHaveAllMembersThatThereAre() throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher all = NAME.matcher(before(JsonKnowledgeBase.FILE) + before(JsonKnowledgeBase.JOURNAL));
    while (all.find()) {
      names.add(all.group(1));
    }
    for (Class<?> type :
        List.of(
            KnowledgeFile.class,
            Totals.Statistics.class,
            Calibration.Shown.class,
            Calibration.Bin.class,
            Doubts.Learned.class,
            Seeds.Import.class,
            Standings.Fallen.class,
            Months.Month.class,
            Vicinity.Kept.class,
            Vicinity.Onset.class,
            KnownProblem.class,
            Absences.class,
            Returns.Waiting.class,
            Gaps.Kept.class,
            Company.class,
            KnownAction.class,
            Course.class,
            Course.Change.class,
            Contexts.class,
            Imported.class,
            JournalLine.class,
            Context.class)) {
      for (var component : type.getRecordComponents()) {
        assertThat(names).as(type.getSimpleName()).contains(component.getName());
      }
    }
  }
}
