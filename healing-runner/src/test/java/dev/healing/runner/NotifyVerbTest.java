package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Waiting;
import dev.healing.runner.text.Waiting.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;

class NotifyVerbTest {
  private final List<Supplier<Optional<Progress>>> shown = new ArrayList<>();
  private final List<String> said = new ArrayList<>();

  private Answer tried(List<String> receivers, Function<String, Answer> tell) {
    return NotifyVerb.tried(
        receivers,
        one -> {
          said.add(shown.get(0).get().orElseThrow().what());
          return tell.apply(one);
        },
        question -> {
          shown.add(question);
          return Waiting.on(System.err, OptionalInt.empty(), question);
        });
  }

  private static Answer told(String receiver, boolean ok) {
    ArrayNode one = JsonText.array();
    one.addObject().put("receiver", receiver).put("ok", ok);
    return NotifyVerb.tested(one);
  }

  @Test
  void whoIsToldNowIsSaidAndWhatCameOfAll() {
    Answer answer = tried(List.of("pager", "mail"), one -> told(one, one.equals("mail")));

    assertThat(said).containsExactly("1 of 2, pager is told", "2 of 2, mail is told");
    assertThat(shown.get(0).get().orElseThrow().expectedMillis()).contains(60_000L);
    assertThat(answer.result().findValuesAsString("receiver")).containsExactly("pager", "mail");
    assertThat(answer.exit()).as("one was not").isEqualTo(Exit.FAILED);
    assertThat(tried(List.of("mail"), one -> told(one, true)).exit()).isEqualTo(Exit.DONE);
  }

  @Test
  void whatCannotBeTriedIsSaid() {
    Answer answer = tried(List.of(""), one -> Answer.failed(Exit.FAILED, "nobody is told"));

    assertThat(answer.error()).contains("nobody is told");
  }
}
