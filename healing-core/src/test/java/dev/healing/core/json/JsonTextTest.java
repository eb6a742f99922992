package dev.healing.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

class JsonTextTest {
  @Test
  void whatIsReadIsWrittenAgain() {
    String json =
        "{\"text\":\"ä\\n\\\"\",\"whole\":9223372036854775807,\"large\":123456789012345678901234567890,"
            + "\"part\":-0.1,\"none\":null,\"yes\":true,\"no\":false,\"list\":[1,[],{}]}";
    assertThat(JsonText.line(JsonText.read(json))).isEqualTo(json);
    assertThat(JsonText.read(JsonText.indented(JsonText.read(json))))
        .isEqualTo(JsonText.read(json));
  }

  @Test
  void whatMakesNoSenseIsNotGuessed() {
    for (String wrong :
        new String[] {
          "", "{", "[1", "{} {}", "{\"a\":1,\"a\":2}", "NaN", "01", "\"", "{\"a\" 1}"
        }) {
      assertThatThrownBy(() -> JsonText.read(wrong)).as(wrong).isInstanceOf(JacksonException.class);
    }
  }

  @Test
  void whyIsToldWithoutWhatOnlyAProgramCouldSet() {
    for (String wrong : new String[] {"NaN", "[".repeat(600), "{\"a"}) {
      JacksonException e = catchThrowableOfType(JacksonException.class, () -> JsonText.read(wrong));
      assertThat(JsonText.why(e)).isNotBlank().doesNotContain("`", "Feature", "marker");
    }
  }

  @Test
  void numbersThatAreNoneAreTextSoThatALineStaysJson() {
    ObjectNode node = JsonText.object().put("value", Double.NaN);
    assertThat(JsonText.line(node)).isEqualTo("{\"value\":\"NaN\"}");
  }
}
