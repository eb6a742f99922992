package dev.healing.learning;

import static dev.healing.api.ActionId.CLEAN_DISK;
import static dev.healing.api.ActionId.GARBAGE_COLLECT;
import static dev.healing.learning.Samples.disk;
import static dev.healing.learning.Samples.open;
import static dev.healing.learning.Samples.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostException;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Outcome;
import dev.healing.spi.KnowledgeBaseProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonKnowledgeBaseTest {
  private final MemoryStore store = new MemoryStore();

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(KnowledgeBaseProvider.class))
        .extracting(KnowledgeBaseProvider::name)
        .contains("json");
  }

  @Test
  void knowsNothingWithoutHistoryAndWritesNothing() {
    JsonKnowledgeBase base = open(store);

    assertThat(base.confidence(disk("/var"), CLEAN_DISK)).isEqualTo(Confidence.UNKNOWN);
    assertThat(base.problems()).isEmpty();
    base.close();
    assertThat(store.steps).isZero();
  }

  @Test
  void remembersAcrossARestartWithOneAppendForAllReceipts() {
    open(store)
        .record(
            List.of(
                receipt("/var", CLEAN_DISK, Outcome.HEALED),
                receipt("/var", GARBAGE_COLLECT, Outcome.UNCHANGED)));

    JsonKnowledgeBase again = open(store);
    assertThat(again.confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(1);
    assertThat(again.confidence(disk("/var"), GARBAGE_COLLECT).value()).isLessThan(0.5);
    assertThat(again.confidence(disk("/"), CLEAN_DISK).attempts()).isZero();
    assertThat(store.appends).isEqualTo(1);
  }

  @Test
  void whatWasNotAttemptedIsNoExperience() {
    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.NOT_ATTEMPTED)));

    assertThat(base.confidence(disk("/var"), CLEAN_DISK)).isEqualTo(Confidence.UNKNOWN);
    assertThat(store.steps).isZero();
  }

  @Test
  void closingFoldsTheJournalIntoAReadableDocument() {
    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    base.close();

    assertThat(store.lines).containsOnlyKeys(JsonKnowledgeBase.OLD_JOURNAL);
    assertThat(store.documents.get(JsonKnowledgeBase.FILE)).isEqualTo(base.export());
    assertThat(base.export())
        .startsWith(
            """
            {
            "version":4,
            "folded":1,
            "id":"f616be85492b3828c67b1da0309e8daa",
            "statistics":{"attempts":1,"healed":1,"unchanged":0,"worse":0,"failed":0,"ambiguous":0,\
            "forgotten":0,"selfRecovered":0},
            "calibration":{"attempts":1,"squares":0.25,"brierScore":0.25,"calibrationError":0.5,"bins":[""")
        .contains(
            """
            "problems":[
            {"fingerprint":"%s","key":"disk_full:/var","runs":[0.99,0.01],"returns":{"""
                .formatted(disk("/var").hash()))
        .endsWith(
            """
            "actions":{"clean_disk":{"attempts":1,"healed":1,"unchanged":0,"worse":0,"failed":0,\
            "ambiguous":0,"takenBack":0.0,"course":{"recoveries":1,"recoverySeconds":0.0,\
            "context":{"hours":[0,0,1,1,0,0,0,0]}},\
            "counted":[1.0,1.0,0.0,0.0],"lastOutcome":"HEALED",\
            "lastSeen":"2026-11-24T10:00:00Z"}}}
            ]}""");
  }

  /** As the program before wrote it. */
  @Test
  void aFileOfVersion1IsReadAndBecomesTheNewest() {
    store.documents.put(
        JsonKnowledgeBase.FILE,
        """
        {
          "version" : 1,
          "folded" : 7,
          "statistics" : {
            "attempts" : 7, "healed" : 5, "unchanged" : 1, "worse" : 0, "failed" : 0,
            "ambiguous" : 1, "forgotten" : 0
          },
          "problems" : [ {
            "fingerprint" : "%s",
            "key" : "disk_full:/var",
            "actions" : {
              "clean_disk" : {
                "attempts" : 7, "healed" : 5, "unchanged" : 1, "worse" : 0, "failed" : 0,
                "ambiguous" : 1, "lastOutcome" : "HEALED", "lastSeen" : "2026-11-24T10:00:00Z"
              }
            }
          } ]
        }"""
            .formatted(disk("/var").hash()));
    store.lines.put(
        JsonKnowledgeBase.JOURNAL,
        new ArrayList<>(
            List.of(
                "{\"seq\":8,\"receipt\":\"r\",\"key\":\"disk_full:/var\",\"action\":\"clean_disk\","
                    + "\"outcome\":\"HEALED\",\"at\":\"2026-11-24T11:00:00Z\"}")));

    JsonKnowledgeBase base = open(store);

    assertThat(base.problems()).isEmpty();
    Confidence known = base.confidence(disk("/var"), CLEAN_DISK);
    assertThat(known.attempts()).isEqualTo(8);
    assertThat(known.healed()).isEqualTo(6);
    assertThat(known.value()).isBetween(0.7, 0.86);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    base.close();
    assertThat(store.documents.get(JsonKnowledgeBase.FILE)).contains("\"version\":4");
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(9);
  }

  /** As the program before wrote it. */
  @Test
  void aFileOfVersion2IsReadAndBecomesTheNewest() {
    JsonKnowledgeBase writer = open(store);
    writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String old =
        writer
            .export()
            .replace("\"version\":4", "\"version\":2")
            .replace(",\"selfRecovered\":0", "")
            .replace("\"standings\":[],\n", "")
            .replaceAll("\"(months|vicinity)\":.*,\n", "");
    MemoryStore before = new MemoryStore();
    before.documents.put(JsonKnowledgeBase.FILE, old);

    JsonKnowledgeBase base = open(before);

    assertThat(base.problems()).isEmpty();
    assertThat(base.confidence(disk("/var"), CLEAN_DISK))
        .isEqualTo(writer.confidence(disk("/var"), CLEAN_DISK));
    assertThat(base.export())
        .contains("\"version\":4", "\"months\":[]")
        .endsWith(writer.export().substring(writer.export().indexOf("\"problems\"")));
  }

  /** As the program before wrote it. It gets an id, which stays. */
  @Test
  void aFileOfVersion3IsReadAndBecomesTheNewest() {
    JsonKnowledgeBase writer = open(store);
    writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    String old =
        writer
            .export()
            .replace("\"version\":4", "\"version\":3")
            .replaceAll("\"(id|months|vicinity)\":.*,\n", "");
    assertThat(old).doesNotContain("\"id\"", "months", "vicinity");
    MemoryStore before = new MemoryStore();
    before.documents.put(JsonKnowledgeBase.FILE, old);

    JsonKnowledgeBase base = open(before);
    assertThat(base.problems()).isEmpty();
    assertThat(base.confidence(disk("/var"), CLEAN_DISK))
        .isEqualTo(writer.confidence(disk("/var"), CLEAN_DISK));
    base.record(List.of(receipt("/srv", CLEAN_DISK, Outcome.HEALED)));
    String id = base.export().lines().filter(l -> l.startsWith("\"id\"")).findFirst().orElseThrow();
    assertThat(open(before).export()).contains(id); // from the old document and the journal
    base.close();
    assertThat(before.documents.get(JsonKnowledgeBase.FILE)).contains("\"version\":4", id);
    assertThat(open(before).export()).contains(id);
  }

  @Test
  void whatIsTooLargeToBeOursIsSetAsideUnread() {
    JsonKnowledgeBase writer = open(store);
    writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    writer.close();
    writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    store.largerBy.put(JsonKnowledgeBase.FILE, 1L << 40);
    store.largerBy.put(JsonKnowledgeBase.JOURNAL, 1L << 41);

    JsonKnowledgeBase base = open(store);

    assertThat(base.problems().get(0))
        .isEqualTo(
            "knowledge.json has 1099511627776 bytes: expected at most 108068864: set aside as"
                + " knowledge.json.huge-20261124T100000Z");
    assertThat(base.problems().get(1))
        .startsWith("knowledge.journal.jsonl has ")
        .endsWith("set aside as knowledge.journal.jsonl.huge-20261124T100000Z");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).attempts())
        .as("from the journal that was folded in")
        .isEqualTo(1);
  }

  @Test
  void whoMayOnlyLookLooksPastWhatMakesNoSense() {
    JsonKnowledgeBase writer = open(store);
    writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    writer.close();
    store.copies.putAll(store.documents);
    store.documents.put(JsonKnowledgeBase.FILE, "{\"version\":4,\"version\":4}");
    store.lines.put(JsonKnowledgeBase.JOURNAL, List.of());
    store.largerBy.put(JsonKnowledgeBase.JOURNAL, 1L << 41);
    store.broken = true;

    JsonKnowledgeBase base = open(store);

    assertThat(base.confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(1);
    assertThat(base.problems()).hasSize(2).allMatch(p -> p.contains("left where it is"));
    assertThat(base.export()).contains("\"attempts\":1");

    store.copies.clear();
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).attempts())
        .as("from the journal that was folded in")
        .isEqualTo(1);

    store.largerBy.put(JsonKnowledgeBase.FILE, 1L << 40);
    JsonKnowledgeBase past = open(store);
    assertThat(past.confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(1);
    assertThat(past.problems()).hasSize(2).allMatch(p -> p.contains("left where it is"));
  }

  /** A clock that was wrong: no outcome is less true for it. */
  @Test
  void timesFromTheFutureCostNothing() {
    JsonKnowledgeBase writer = open(store);
    for (int i = 0; i < 3; i++) {
      writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    }
    writer.close();
    String file = store.documents.get(JsonKnowledgeBase.FILE);
    String seconds = "" + (double) Samples.NOW.getEpochSecond();
    assertThat(file).contains(seconds);
    store.documents.put(
        JsonKnowledgeBase.FILE,
        file.replace("2026-11-24T10", "9999-11-24T10").replace(seconds, "2.53398924E11"));

    JsonKnowledgeBase base = open(store);
    Confidence known = base.confidence(disk("/var"), CLEAN_DISK);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.FAILED)));

    assertThat(known.healed()).isEqualTo(3);
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).value()).isLessThan(known.value());
    assertThat(open(store).problems()).isEmpty();
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    assertThat(base.export())
        .as("no return was seen")
        .doesNotContain("2.53398924E11")
        .contains("\"awaySeconds\":0.0,\"away\":0.0,\"unseen\"");
  }

  @Test
  void aDetectionLaterThanItsOutcomeIsNone() {
    open(store).record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    List<String> journal = store.lines.get(JsonKnowledgeBase.JOURNAL);
    String detected = "\"detected\":\"2026-11-2";
    assertThat(journal.get(0)).contains(detected + "4");
    journal.set(0, journal.get(0).replace(detected + "4", detected + "5"));

    JsonKnowledgeBase base = open(store);

    assertThat(base.confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(1);
    assertThat(base.problems()).isEmpty();
    assertThat(base.export()).doesNotContain("\"detections\"");
  }

  @Test
  void whoOnlyReadsNeverFoldsBecauseAnotherMayBeWriting() {
    open(store).record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    long steps = store.steps;

    JsonKnowledgeBase reader = open(store);
    reader.export();
    reader.close();

    assertThat(store.steps).isEqualTo(steps);
  }

  @Test
  void twoProblemsWithTheSameHashAreNeverMixedUp() {
    Map<String, Fingerprint> byHash = new HashMap<>();
    Fingerprint one = disk("/mnt/0");
    Fingerprint other = one;
    // 32 bits: by the birthday bound one pair is expected among some 80,000 keys.
    for (int i = 0; other.equals(one); i++) {
      one = disk("/mnt/" + i);
      other = byHash.getOrDefault(one.hash(), one);
      byHash.put(one.hash(), one);
    }
    assertThat(one.hash()).isEqualTo(other.hash());
    assertThat(one.key()).isNotEqualTo(other.key());

    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt(mount(one), CLEAN_DISK, Outcome.HEALED)));
    base.record(List.of(receipt(mount(other), CLEAN_DISK, Outcome.FAILED)));
    base.close();

    for (JsonKnowledgeBase reader : List.of(base, open(store))) {
      assertThat(reader.confidence(one, CLEAN_DISK).value()).isGreaterThan(0.5);
      assertThat(reader.confidence(other, CLEAN_DISK).value()).isLessThan(0.5);
    }
  }

  private static String mount(Fingerprint fingerprint) {
    return fingerprint.key().substring("disk_full:".length());
  }

  @Test
  void foldsWhenTheJournalIsLongEnoughAndNoSooner() {
    JsonKnowledgeBase base = new JsonKnowledgeBase(store, Samples.TIME, 100, 10);
    for (int i = 0; i < 9; i++) {
      base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    }
    assertThat(store.replaces).isZero();

    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));

    assertThat(store.replaces).isEqualTo(1);
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(10);
  }

  @Test
  void forgetsTheProblemThatWasSeenLeastLatelyAndCountsThat() {
    JsonKnowledgeBase base = new JsonKnowledgeBase(store, Samples.TIME, 2, 10);
    for (String mount : List.of("/a", "/b", "/a", "/c")) {
      base.record(List.of(receipt(mount, CLEAN_DISK, Outcome.HEALED)));
    }

    for (JsonKnowledgeBase reader :
        List.of(base, new JsonKnowledgeBase(store, Samples.TIME, 2, 10))) {
      assertThat(reader.confidence(disk("/b"), CLEAN_DISK).attempts()).isZero();
      assertThat(reader.confidence(disk("/a"), CLEAN_DISK).healed()).isEqualTo(2);
      assertThat(reader.export()).contains("\"forgotten\":1").contains("\"attempts\":4");
    }
  }

  @Test
  void ofManyProblemsTheNewestAreToldAndHowManyAreNot() {
    JsonKnowledgeBase base = open(store);
    for (String mount : List.of("/a", "/b", "/a", "/c")) {
      base.record(List.of(receipt(mount, CLEAN_DISK, Outcome.HEALED)));
    }
    assertThat(base.export(2))
        .contains("\"attempts\":4", "\"leftOut\":1", "disk_full:/a", "disk_full:/c")
        .doesNotContain("disk_full:/b\",\"runs");
    assertThat(base.export(3)).isEqualTo(base.export()).doesNotContain("leftOut");
  }

  /** As of five hundred units that have failed together. */
  @Test
  void aProblemWithAnEndlessKeyIsRememberedAsAnyOther() {
    String many = "/mnt/" + "\uD83D\uDE00".repeat(15_000);
    String others = many + "/b";
    JsonKnowledgeBase base = open(store);
    base.record(List.of(receipt(many, CLEAN_DISK, Outcome.HEALED)));
    base.ended(List.of(Samples.ended(many, Samples.NOW, IncidentStatus.HEALED)));
    JsonKnowledgeBase fromTheJournal = open(store);
    assertThat(fromTheJournal.confidence(disk(many), CLEAN_DISK).healed()).isOne();
    base.close();

    for (JsonKnowledgeBase known : List.of(base, open(store))) {
      assertThat(known.problems()).isEmpty();
      assertThat(known.confidence(disk(many), CLEAN_DISK).healed()).isOne();
      assertThat(known.confidence(disk(others), CLEAN_DISK).attempts()).isZero();
      assertThat(known.export())
          .hasSizeLessThan(6_000)
          .contains("\"fingerprint\":\"" + disk(many).hash() + '"'); // as its incidents are named
    }
  }

  @Test
  void forgetsTheProblemsThatDoNotFitIntoMemory() {
    int most = 20_000;
    JsonKnowledgeBase base = new JsonKnowledgeBase(store, Samples.TIME, 10_000, 10, most);
    for (int i = 0; i < 300; i++) {
      base.record(List.of(receipt("/mnt/" + i, CLEAN_DISK, Outcome.HEALED)));
    }
    base.close();

    assertThat(store.documents.get(JsonKnowledgeBase.FILE).length()).isBetween(most / 2, most);
    for (JsonKnowledgeBase reader :
        List.of(base, new JsonKnowledgeBase(store, Samples.TIME, 10_000, 10, most))) {
      assertThat(reader.confidence(disk("/mnt/0"), CLEAN_DISK).attempts()).isZero();
      assertThat(reader.confidence(disk("/mnt/299"), CLEAN_DISK).healed()).isEqualTo(1);
      assertThat(reader.export()).contains("\"attempts\":300");
    }
  }

  /** What is larger than a part of memory would be set aside by who reads it next. */
  @Test
  void aJournalIsFoldedInBeforeItIsLarge() {
    JsonKnowledgeBase base = new JsonKnowledgeBase(store, Samples.TIME, 10_000, 1_000, 40_000);
    for (int i = 0; i < 100; i++) {
      base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
      assertThat(store.size(JsonKnowledgeBase.JOURNAL)).isLessThan(40_000 / 6);
    }
    assertThat(store.replaces).isPositive();
  }

  @Test
  void aDamagedDocumentIsMadeUpForByTheCopyBeforeItAndTheJournals() {
    for (int restart = 0; restart < 3; restart++) {
      JsonKnowledgeBase base = open(store);
      base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
      base.close();
    }
    open(store).record(List.of(receipt("/var", CLEAN_DISK, Outcome.FAILED)));
    store.documents.put(JsonKnowledgeBase.FILE, store.copies.get(JsonKnowledgeBase.FILE));
    store.documentProblem = Optional.of("knowledge.json was damaged and is set aside");

    JsonKnowledgeBase again = open(store);

    assertThat(again.confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(4);
    assertThat(again.problems()).containsExactly("knowledge.json was damaged and is set aside");
  }

  @Test
  void whatIsLostForGoodIsSaid() {
    for (int restart = 0; restart < 3; restart++) {
      JsonKnowledgeBase base = open(store);
      base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
      base.close();
    }
    store.documents.clear();
    store.copies.clear();

    assertThat(open(store).problems())
        .containsExactly(
            "knowledge.journal.old.jsonl: outcomes missing before or among its lines: 2");
  }

  @Test
  void aNewerVersionIsSetAsideWhole() {
    String newer = "{\"version\":5,\"problems\":{\"quite\":\"different\"}}";
    store.documents.put(JsonKnowledgeBase.FILE, newer);

    JsonKnowledgeBase base = open(store);

    assertThat(base.confidence(disk("/var"), CLEAN_DISK)).isEqualTo(Confidence.UNKNOWN);
    assertThat(base.problems())
        .singleElement()
        .asString()
        .contains("version 5", "set aside as knowledge.json.version-5");
    assertThat(store.documents).containsEntry("knowledge.json.version-5", newer);
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    base.close();
    assertThat(store.documents).containsEntry("knowledge.json.version-5", newer);

    String another = newer.replace("quite", "and again");
    store.documents.put(JsonKnowledgeBase.FILE, another);
    assertThat(open(store).problems())
        .singleElement()
        .asString()
        .contains("set aside as knowledge.json.version-5-2");
    assertThat(store.documents)
        .as("nothing that was kept is lost")
        .containsEntry("knowledge.json.version-5", newer)
        .containsEntry("knowledge.json.version-5-2", another);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"version\":1}",
        "{\"version\":0,\"folded\":0,\"statistics\":{},\"problems\":[]}",
        "{\"version\":1,\"folded\":1,\"folded\":2,\"problems\":[]}",
        "{\"version\":1,\"folded\":0,\"statistics\":null,\"problems\":[]}",
        "{\"version\":1,\"folded\":0,\"problems\":[null],\"statistics\":{\"attempts\":0,\"healed\":0,"
            + "\"unchanged\":0,\"worse\":0,\"failed\":0,\"ambiguous\":0,\"forgotten\":0}}",
        "{\"version\":1,\"folded\":9007199254740992,\"problems\":[],\"statistics\":{\"attempts\":0,"
            + "\"healed\":0,\"unchanged\":0,\"worse\":0,\"failed\":0,\"ambiguous\":0,"
            + "\"forgotten\":0}}",
      })
  void nonsenseIsSetAsideAndReported(String nonsense) {
    store.documents.put(JsonKnowledgeBase.FILE, nonsense);

    assertSetAside(nonsense);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"attempts\":1|\"attempts\":-1",
        "\"healed\":1|\"healed\":2",
        "\"failed\":0|\"failed\":-1",
        "\"failed\":0|\"failed\":1e300",
        "\"lastOutcome\":\"HEALED\"|\"lastOutcome\":\"NOT_ATTEMPTED\"",
        "\"lastOutcome\":\"HEALED\"|\"lastOutcome\":null",
        "\"lastSeen\":\"2026-11-24T10:00:00Z\"|\"lastSeen\":\"yesterday\"",
        "\"clean_disk\"|\"rm -rf /\"",
        "\"key\":\"disk_full:/var\"|\"key\":\"disk_full:/\"",
        "\"folded\":1|\"folded\":0",
        "\"runs\":[0.99,0.01]|\"runs\":[0.99,0.99]",
        "\"runs\":[0.99,0.01]|\"runs\":[]",
        "\"counted\":[1.0,1.0,|\"counted\":[2.0,1.0,",
        "\"counted\":[1.0,1.0,|\"counted\":[1.0,1e9,",
        "\"counted\":[1.0,1.0,|\"counted\":[",
        "\"takenBack\":0.0|\"takenBack\":\"NaN\"",
        "\"squares\":0.25|\"squares\":-1",
        "\"seeds\":{}|\"seeds\":null",
        "\"share\":1.0|\"share\":7",
      })
  void aNumberThatDoesNotAddUpIsSetAsideAndReported(String change) {
    JsonKnowledgeBase writer = open(store);
    writer.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    writer.close();
    String[] fromTo = change.split("\\|", 2);
    String good = store.documents.get(JsonKnowledgeBase.FILE);
    assertThat(good).contains(fromTo[0]);
    String bad = good.replace(fromTo[0], fromTo[1]);
    store.documents.put(JsonKnowledgeBase.FILE, bad);

    assertSetAside(bad);
    // The journal that was folded into it is still there.
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(1);
  }

  @Test
  void aMonthThatIsNoneIsNamedWithoutTheClassThatReadsIt() {
    String export = open(new MemoryStore()).export();
    String bad = export.replace("\"months\":[]", "\"months\":[{\"month\":\"2999-13\"}]");
    assertThatThrownBy(() -> open(store).restore(bad, "x.json"))
        .hasMessageContaining("month is '2999-13': expected a month such as '2026-11'")
        .hasMessageNotContaining("java");
  }

  private void assertSetAside(String bad) {
    JsonKnowledgeBase base = open(store);
    String aside = "knowledge.json.damaged-20261124T100000Z";
    assertThat(base.problems())
        .singleElement()
        .asString()
        .startsWith("knowledge.json makes no sense: ")
        .endsWith("set aside as " + aside);
    assertThat(store.documents).containsEntry(aside, bad);
    assertThat(store.documents).doesNotContainKey(JsonKnowledgeBase.FILE);
  }

  @Test
  void senselessJournalLinesAreLeftOutAndReportedOnce() {
    open(store).record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    List<String> journal = store.lines.get(JsonKnowledgeBase.JOURNAL);
    for (int i = 0; i < 1000; i++) {
      journal.add(i % 2 == 0 ? "{\"seq\":-1}" : "[[[[");
    }
    store.damagedLines.add("knowledge.journal.jsonl:7: wrong checksum");

    JsonKnowledgeBase base = open(store);

    assertThat(base.confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(1);
    assertThat(base.problems()).hasSize(2);
    assertThat(base.problems().get(1)).contains("lines left out as senseless: 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"at", "detected", "started"})
  void aTimeBeyondAllReasonInTheJournalIsLeftOutAsSenseless(String member) {
    open(store).record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    List<String> journal = store.lines.get(JsonKnowledgeBase.JOURNAL);
    String time = "\"" + member + "\":\"";
    assertThat(journal.get(0)).contains(time + "2026");
    journal.add(
        journal
            .get(0)
            .replace("\"seq\":1", "\"seq\":2")
            .replace(time + "2026", time + "+1000000000"));

    JsonKnowledgeBase base = open(store);

    assertThat(base.problems())
        .singleElement()
        .asString()
        .contains("lines left out as senseless: 1", "seconds since 1970 of " + member);
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(1);
  }

  @Test
  void aFullDiskIsSaidAndMadeGoodWithTheNextOutcome() {
    JsonKnowledgeBase base = open(store);
    store.broken = true;
    assertThatThrownBy(() -> base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED))))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("No space left on device");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(1);
    assertThat(base.problems()).singleElement().asString().contains("in memory only");

    store.broken = false;
    base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));

    assertThat(base.problems()).isEmpty();
    assertThat(open(store).confidence(disk("/var"), CLEAN_DISK).healed()).isEqualTo(2);
    assertThat(open(store).problems()).isEmpty();
  }

  @Test
  void whatCannotBeReadIsNeverOverwritten() {
    open(store).record(List.of(receipt("/var", CLEAN_DISK, Outcome.HEALED)));
    long steps = store.steps;
    store.unreadable = true;
    JsonKnowledgeBase base = open(store);

    assertThat(base.problems()).singleElement().asString().contains("left alone");
    assertThatThrownBy(() -> base.record(List.of(receipt("/var", CLEAN_DISK, Outcome.FAILED))))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("Input/output error");
    assertThat(base.confidence(disk("/var"), CLEAN_DISK).attempts()).isEqualTo(1);
    assertThatThrownBy(base::export)
        .as("what cannot be read is not nothing")
        .hasMessageContaining("left alone");
    base.close();

    assertThat(store.steps).isEqualTo(steps);
  }
}
