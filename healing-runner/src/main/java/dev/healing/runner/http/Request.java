package dev.healing.runner.http;

import java.util.Map;
import java.util.Optional;

/**
 * A request, whole and well-formed.
 *
 * @param method in upper case
 * @param path decoded, begins with a slash
 * @param query decoded; each name once
 * @param headers by name in lower case
 * @param body as UTF-8
 */
record Request(
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    String body) {
  Request {
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Whether nothing can change by answering it. */
  boolean reads() {
    return method.equals("GET") || method.equals("HEAD");
  }
}
