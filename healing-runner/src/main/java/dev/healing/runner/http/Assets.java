package dev.healing.runner.http;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** The files of the page, from the jar. */
final class Assets {
  private record File(String name, String type) {}

  private static final Map<String, File> FILES =
      Map.of(
          "/", new File("index.html", "text/html; charset=utf-8"),
          "/page.js", new File("page.js", "text/javascript; charset=utf-8"),
          "/page.css", new File("page.css", "text/css; charset=utf-8"),
          "/icon.svg", new File("icon.svg", "image/svg+xml"),
          "/uplot.js", new File("uPlot.iife.min.js", "text/javascript; charset=utf-8"),
          "/uplot.css", new File("uPlot.min.css", "text/css; charset=utf-8"),
          "/api/v1/openapi.json", new File("openapi.json", "application/json"));

  private Assets() {}

  /** One of them, unless the browser has it; empty if there is none of that path. */
  static Optional<Response> response(Request request) {
    return Optional.ofNullable(FILES.get(request.path())).map(file -> response(file, request));
  }

  private static Response response(File file, Request request) {
    byte[] bytes = bytes(file.name());
    String tag = '"' + digest(bytes) + '"';
    boolean had = request.header("if-none-match").filter(tag::equals).isPresent();
    return Response.of(had ? 304 : 200, file.type(), had ? new byte[0] : bytes)
        .with("Cache-Control", "no-cache")
        .with("ETag", tag);
  }

  private static byte[] bytes(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read: " + e.getMessage(), e);
    }
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
