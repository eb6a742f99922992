package dev.healing.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A line of the journal is read as strictly as it is written, and what is wrong with it is said.
 */
class KindTest {
  private static final String LINE =
      """
      {"seq":1,"receipt":"r","key":"disk_full:/","action":"clean_disk","outcome":"HEALED",\
      "at":"2026-11-24T10:00:00Z","shown":0.5,"metrics":{"load.per_cpu":[1.0,2.0]},\
      "context":{"load":0.5,"generation":42,"sideEffects":["x"]}}""";

  private static JournalLine with(String changed, String to) {
    assertThat(LINE).contains(changed);
    return KnowledgeJson.line(LINE.replace(changed, to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"seq\":1|\"seq\":null|seq is missing or null: expected a whole number of at most 9223372036854775807",
        "\"seq\":1|\"seq\":\"1\"|seq is '1': expected a whole number",
        "\"seq\":1|\"seq\":1.5|seq is '1.5': expected a whole number",
        "\"seq\":1|\"seq\":1e300|seq is '1.0E300': expected a whole number",
        "\"seq\":1|\"seq\":9223372036854775808|seq is '9223372036854775808': expected a whole number",
        "\"seq\":1|\"seq\":{\"a\":[null,true]}|seq is '{\"a\":[null,true]}': expected a whole number",
        "\"seq\":1,|\"\":1,|expected seq in every line",
        "\"key\":\"disk_full:/\"|\"key\":5|key is '5': expected a text",
        "\"key\"|\"kee\"|key is missing or null: expected a text",
        "\"outcome\":\"HEALED\"|\"outcome\":\"healed\"|outcome is 'healed': expected one of [HEALED, ",
        "\"outcome\":\"HEALED\"|\"outcome\":0|outcome is '0': expected one of [HEALED, ",
        "\"at\":\"2026-11-24T10:00:00Z\"|\"at\":1732442400|at is '1732442400': expected a time such as",
        "\"at\":\"2026|\"at\":\"26|at is '26-11-24T10:00:00Z': expected a time such as",
        "\"shown\":0.5|\"shown\":\"0.5\"|shown is '0.5': expected a number",
        "\"shown\":0.5|\"shown\":true|shown is 'true': expected a number",
        "\"shown\":0.5|\"shown\":1e999|shown is Infinity: expected 0.0 to 1.0",
        "[1.0,2.0]|[null,2.0]|load.per_cpu is missing or null: expected a number",
        "[1.0,2.0]|7|load.per_cpu is '7': expected a list",
        "[1.0,2.0]|[1.0]|metrics.load.per_cpu has 1 entries: expected 2 to 2",
        "{\"load.per_cpu\":[1.0,2.0]}|[]|metrics is '[]': expected a JSON object",
        "\"generation\":42|\"generation\":3000000000|generation is '3000000000': expected a whole number of at most 2147483647",
        "[\"x\"]|[null]|sideEffects is missing or null: expected a text",
        "[\"x\"]|\"x\"|sideEffects is 'x': expected a list",
        "\"shown\":0.5|\"seq\":2|Duplicate Object property \"seq\"",
      })
  void whatIsOfAnotherKindIsRefusedAndNamed(String changed, String to, String message) {
    assertThatThrownBy(() -> with(changed, to))
        .isInstanceOf(KnowledgeJson.BadKnowledgeException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContainingAny("java", "dev.healing", "tools.jackson", "`");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"\"",
        "7",
        "{\"seq\":1,\"ke",
        "{\"seq\":[}",
        "{\"seq\":1e9999999999}",
        "nul"
      })
  void whatIsNoObjectIsRefused(String text) {
    assertThatThrownBy(() -> KnowledgeJson.line(text))
        .isInstanceOf(KnowledgeJson.BadKnowledgeException.class)
        .hasMessageNotContainingAny("java", "dev.healing", "tools.jackson", "`");
  }

  @Test
  void nothingIsExpectedBehindALine() {
    assertThatThrownBy(() -> KnowledgeJson.line(LINE + " {}"))
        .isInstanceOf(KnowledgeJson.BadKnowledgeException.class)
        .hasMessage("expected nothing behind the JSON value");
  }

  @Test
  void whatAnotherProgramOfTheVersionHasToSayMoreIsNoReasonToRefuseTheRest() {
    assertThat(with("\"shown\":0.5", "\"shown\":0.5,\"more\":{\"a\":[1,null]}"))
        .isEqualTo(KnowledgeJson.line(LINE));
  }

  @Test
  void howAnEditorWritesNumbersDoesNotMatter() {
    assertThat(with("\"seq\":1", "\"seq\":1.0")).isEqualTo(KnowledgeJson.line(LINE));
    assertThat(with("[1.0,2.0]", "[1,2]")).isEqualTo(KnowledgeJson.line(LINE));
  }

  /** Of what nests without end no more is read than anybody would write. */
  @Test
  void whatNestsTooDeepIsRefused() {
    assertThatThrownBy(() -> with("[\"x\"]", "[".repeat(100_000)))
        .isInstanceOf(KnowledgeJson.BadKnowledgeException.class)
        .hasMessageContaining("nesting depth")
        .hasMessageNotContainingAny("java", "dev.healing", "tools.jackson", "`");
  }

  @Test
  void everyValueIsWrittenAsItWasRead() {
    String text =
        "{\"b\":[null,true,false,-1,0.5,9223372036854775808],\"a\":{\"\":\"\\\"\\n€😀\"},\"c\":1E+999}";
    assertThat(Writing.text(Json.value(text))).isEqualTo(text);
    assertThat(Writing.text(Arrays.asList(1, 1L, 1.0, 0.1f, null, List.of())))
        .isEqualTo("[1,1,1.0,0.1,null,[]]");
  }
}
