package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HealingException;
import dev.healing.core.json.JsonText;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class StatusVerbTest {
  @Test
  void whatWasIsNotShownAsWhatIs() {
    ObjectNode last = JsonText.object().put("health", 100);
    last.putArray("trouble").add("the first");

    JsonNode shown = StatusVerb.unanswered(last, new HealingException("no answer"));

    assertThat(shown.path("trouble").path(0).asString()).isEqualTo("this is how it was: no answer");
    assertThat(shown.path("trouble")).hasSize(2);
    assertThat(last.path("trouble")).hasSize(1);
  }
}
