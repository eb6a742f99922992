package dev.healing.runner.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.Configuration;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifySettingsTest {
  private static List<String> problems(Map<String, ?> notify) {
    Configuration configuration = Configuration.of(Map.of("notify", notify));
    NotifySettings unused = NotifySettings.read(configuration);
    return configuration.problems();
  }

  private static List<String> problemsOf(Map<String, ?> receiver) {
    return problems(Map.of("receivers", Map.of("one", receiver)));
  }

  @Test
  void allFormsAreRead() {
    Map<String, Object> receivers =
        Map.of(
            "a", Map.of("form", "json", "url", "https://example.org/x", "token", "file:/t"),
            "b", Map.of("form", "slack", "url", "credential:slack"),
            "c", Map.of("form", "matrix", "url", "file:/etc/healing/room", "token", "file:/t"),
            "d", Map.of("form", "ntfy", "url", "http://127.0.0.1:8080/alerts"),
            "e", Map.of("form", "mail", "to", List.of("ops@example.org", "root")),
            "f", Map.of("form", "command", "command", List.of("/bin/page", "--now")),
            "g", "off");
    Configuration configuration =
        Configuration.of(Map.of("notify", Map.of("receivers", receivers)));

    NotifySettings settings = NotifySettings.read(configuration);

    assertThat(configuration.problems()).isEmpty();
    assertThat(settings.receivers()).hasSize(6);
  }

  @Test
  void whatOthersCanReadOnItsWayIsSaidButNotWhereTo() {
    Map<String, Object> receivers =
        Map.of(
            "a", Map.of("form", "json", "url", "http://example.org/T0PSECRET"),
            "b", Map.of("form", "json", "url", "https://example.org/x"),
            "c", Map.of("form", "ntfy", "url", "http://[::1]:8080/alerts"),
            "d", Map.of("form", "json", "url", "http://127.0.0.1/x"));
    Configuration configuration =
        Configuration.of(
            Map.of(
                "notify",
                Map.of("receivers", receivers, "link", "http://healing.example.org"),
                "http",
                Map.of("hosts", List.of("healing.example.org"))));

    assertThat(NotifySettings.read(configuration).inTheClear())
        .containsExactly(
            "notify.link: is not encrypted: expected https://",
            "notify.receivers.a.url: is not encrypted: expected https://");
  }

  @Test
  void everythingWrongIsSaidAndNothingSecret() {
    List<Map<String, ?>> wrong =
        List.of(
            Map.of("form", "slack", "url", "hooks.example.org/T0PSECRET"),
            Map.of("form", "slack", "url", "ftp://hooks.example.org/T0PSECRET"),
            Map.of("form", "json", "url", "https://me:T0PSECRET@example.org/"),
            Map.of("form", "json", "url", "https://example.org/", "token", "T0PSECRET"),
            Map.of("form", "ntfy", "url", "file:T0PSECRET"),
            Map.of("form", "slack", "url", "credential:../T0PSECRET"),
            Map.of("url", "https://example.org/T0PSECRET"));
    for (Map<String, ?> receiver : wrong) {
      assertThat(problemsOf(receiver))
          .as("%s", receiver)
          .isNotEmpty()
          .noneMatch(problem -> problem.contains("T0PSECRET"));
    }
  }

  @Test
  void whatDoesNotBelongTogetherIsSaid() {
    assertThat(problemsOf(Map.of("form", "mail", "to", List.of("-oQ/tmp")))).hasSize(1);
    assertThat(problemsOf(Map.of("form", "mail"))).hasSize(1);
    assertThat(problemsOf(Map.of("form", "command", "command", List.of("page")))).hasSize(1);
    assertThat(problemsOf(Map.of("form", "json", "url", "https://x.org/", "events", List.of("x"))))
        .anyMatch(problem -> problem.contains("host_sick"));
    assertThat(problemsOf(Map.of("form", "json", "url", "https://x.org/", "quiet", "10pm-7am")))
        .anyMatch(problem -> problem.contains("22:00-07:00"));
    assertThat(problems(Map.of("receivers", Map.of("A B", Map.of("form", "mail")))))
        .anyMatch(problem -> problem.contains("another name"));
  }

  @Test
  void aLinkLeadsWhereSomebodyIsLetIn() {
    assertThat(problems(Map.of("link", "https://healing.example.org")))
        .anyMatch(problem -> problem.contains("http.hosts"));
    assertThat(problems(Map.of("link", "healing.example.org"))).hasSize(1);
    Configuration named =
        Configuration.of(
            Map.of(
                "notify", Map.of("link", "https://healing.example.org/"),
                "http", Map.of("hosts", List.of("healing.example.org"))));
    assertThat(NotifySettings.read(named).link()).contains("https://healing.example.org");
    assertThat(named.section("http").problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"22:00-07:00", " 09:30 - 17:00 "})
  void quietHours(String written) {
    QuietHours quiet = QuietHours.parse(written);
    boolean overMidnight = written.startsWith("22");
    assertThat(quiet.at(LocalTime.of(3, 0))).isEqualTo(overMidnight);
    assertThat(quiet.at(LocalTime.of(12, 0))).isNotEqualTo(overMidnight);
    assertThat(quiet.at(quiet.from())).isTrue();
    assertThat(quiet.at(quiet.to())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "22:00", "24:00-07:00", "07:00-07:00", "7-22"})
  void noQuietHours(String written) {
    assertThatThrownBy(() -> QuietHours.parse(written))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
