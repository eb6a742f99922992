package dev.healing.runner.http;

import java.util.List;
import java.util.Optional;

/**
 * What can be asked of the API, and the verb that answers it.
 *
 * @param method GET or POST
 * @param path below {@code /api/v1}; {@code {name}} at its end stands for the rest
 * @param verb as the command line has it
 * @param parameters of the query, or members of the body, that are handed on
 * @param needed those of them without which there is nothing to do
 * @param token whether reading it needs the token too
 * @param unanswered the status where the verb did not work
 */
record Route(
    String method,
    String path,
    String verb,
    List<String> parameters,
    List<String> needed,
    boolean token,
    int unanswered) {
  /** The one member that is no text. */
  static final String DRY_RUN = "dryRun";

  /** All of them. Whatever else is asked is not there. */
  static final List<Route> ALL =
      List.of(
          read("/status", "status", 503),
          read("/issues", "issues", 503),
          read("/history", "history", 503, "most"),
          read("/explain/{id}", "explain", 404),
          read("/opportunities", "opportunities", 503),
          read("/metrics", "metrics", 503),
          read("/metrics/{name}", "metrics", 404, "since", "every"),
          read("/forecasts", "forecast", 503),
          read("/levels", "levels", 503),
          read("/plugins", "plugins", 503),
          new Route("GET", "/knowledge", "knowledge", List.of(), List.of(), true, 503),
          change("/heal", List.of(), "id", "type", "component", DRY_RUN),
          change("/approve", List.of("id"), "id"),
          change("/reject", List.of("id"), "id"),
          change("/opportunities", List.of("apply"), "apply"),
          change("/pause", List.of(), "for"),
          change("/resume", List.of()));

  Route {
    parameters = List.copyOf(parameters);
    needed = List.copyOf(needed);
  }

  private static Route read(String path, String verb, int unanswered, String... parameters) {
    return new Route("GET", path, verb, List.of(parameters), List.of(), false, unanswered);
  }

  private static Route change(String path, List<String> needed, String... members) {
    return new Route("POST", path, path.substring(1), List.of(members), needed, true, 409);
  }

  /** The rest of the path, which may be empty; nothing if it is another path. */
  Optional<String> matches(String asked) {
    int rest = path.indexOf('{');
    if (rest < 0) {
      return asked.equals(path) ? Optional.of("") : Optional.empty();
    }
    boolean below = asked.startsWith(path.substring(0, rest)) && asked.length() > rest;
    return below ? Optional.of(asked.substring(rest)) : Optional.empty();
  }

  /** What the rest of the path is called. */
  Optional<String> restName() {
    int rest = path.indexOf('{');
    return rest < 0 ? Optional.empty() : Optional.of(path.substring(rest + 1, path.length() - 1));
  }
}
