package dev.healing.runner.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class DifferencesTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");

  private final ObjectNode first = JsonText.object();
  private final ObjectNode second = JsonText.object();

  private static void problem(ObjectNode policy, String component, int from, int to) {
    ArrayNode problems = policy.withArray("problems");
    ObjectNode problem = problems.addObject().put("type", "disk_full").put("severity", "HIGH");
    problem.put("firstSeen", BEGIN.plusSeconds(from).toString());
    problem.put("over", BEGIN.plusSeconds(to).toString());
    problem.putArray("components").add(component);
    problem.putArray("would");
  }

  private List<String> differences() {
    return Differences.between(first, second).stream()
        .map(
            pair ->
                pair.first().map(p -> p.path("firstSeen").asString("").substring(11, 19))
                    + " "
                    + pair.second().map(p -> p.path("firstSeen").asString("").substring(11, 19)))
        .toList();
  }

  @Test
  void whatWasThereAtTheSameTimeIsTheSameProblem() {
    problem(first, "/a", 0, 10);
    problem(first, "/a", 20, 30);
    problem(first, "/b", 22, 30);
    problem(first, "/a", 60, 70);
    problem(second, "/a", 15, 18);
    problem(second, "/a", 25, 30);
    problem(second, "/b", 22, 30);
    problem(second, "/a", 80, 90);
    assertThat(differences())
        .containsExactly(
            "Optional[00:00:00] Optional.empty",
            "Optional.empty Optional[00:00:15]",
            "Optional[00:00:20] Optional[00:00:25]",
            "Optional[00:01:00] Optional.empty",
            "Optional.empty Optional[00:01:20]");
  }

  /** It took a minute and more when each was compared with all. */
  @Test
  @Timeout(20)
  void ofASickHostThereAreVeryMany() {
    for (int i = 0; i < 20_000; i++) {
      problem(first, "/a", 100 * i, 100 * i + 10);
      problem(second, "/a", 100 * i + 50, 100 * i + 60);
    }
    assertThat(Differences.between(first, second)).hasSize(40_000);
  }
}
