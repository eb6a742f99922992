package dev.healing.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.core.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The description is that of the code: neither has what the other lacks. */
class OpenApiTest {
  private JsonNode all;
  private JsonNode paths;

  @BeforeEach
  void read() throws IOException {
    try (InputStream in = Assets.class.getResourceAsStream("openapi.json")) {
      all = JsonText.read(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
      paths = all.path("paths");
    }
  }

  /** OpenAPI 3.0.3: beside a reference, or all of several, it says nothing. */
  @Test
  void nullableStandsBesideAType() {
    assertThat(all.findParents("nullable"))
        .isNotEmpty()
        .allSatisfy(schema -> assertThat(schema.has("type")).as(schema.toString()).isTrue());
  }

  @Test
  void everyRouteIsDescribedAndNothingElse() {
    Set<String> described = new TreeSet<>();
    for (String path : paths.propertyNames()) {
      paths.path(path).propertyNames().forEach(m -> described.add(m + " " + path));
    }
    Set<String> there = new TreeSet<>(Set.of("get /events", "get /openapi.json"));
    Route.ALL.forEach(r -> there.add(r.method().toLowerCase(Locale.ROOT) + " " + r.path()));
    assertThat(described).isEqualTo(there);
  }

  @Test
  void parametersAndMembersAreThose() {
    for (Route route : Route.ALL) {
      JsonNode described = paths.path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
      List<String> names = new ArrayList<>();
      described.path("parameters").forEach(p -> names.add(p.path("name").asString()));
      names.addAll(
          described.at("/requestBody/content/application~1json/schema/properties").propertyNames());
      List<String> expected = new ArrayList<>(route.parameters());
      route.restName().ifPresent(expected::add);
      assertThat(names).as(route.toString()).containsExactlyInAnyOrderElementsOf(expected);
      List<String> needed = new ArrayList<>();
      described
          .at("/requestBody/content/application~1json/schema/required")
          .forEach(name -> needed.add(name.asString()));
      assertThat(needed).as(route.toString()).isEqualTo(route.needed());
      assertThat(described.has("security")).as(route.toString()).isEqualTo(route.token());
    }
  }
}
