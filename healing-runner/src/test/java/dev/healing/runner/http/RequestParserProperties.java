package dev.healing.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RequestParserProperties {
  @Provide
  Arbitrary<String> nearlyRequests() {
    return Arbitraries.of(
            "GET ",
            "POST ",
            "/",
            "?a=b",
            "%41",
            "%",
            " HTTP/1.1",
            "\r\n",
            "\r\n\r\n",
            "\r",
            "\n",
            "Host: x\r\n",
            "Host",
            ":",
            "Content-Length: ",
            "5",
            "0",
            "-1",
            "Transfer-Encoding: c",
            "\u0000",
            "ä",
            "\u007f",
            " ",
            "\t",
            "&",
            "=",
            "{}")
        .list()
        .ofMaxSize(24)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 2_000)
  void whateverComesIsARequestOrRefusedOrWaitedFor(@ForAll("nearlyRequests") String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      RequestParserTest.parse(bytes)
          .ifPresent(
              parsed -> {
                assertThat(parsed.bytes()).isBetween(1, bytes.length);
                assertThat(parsed.request().path()).startsWith("/");
                assertThat(parsed.request().headers()).containsKey("host");
                assertThat(parsed.request().path().chars()).noneMatch(Character::isISOControl);
              });
    } catch (Refusal e) {
      assertThat(e.response().status()).isBetween(400, 505);
    }
  }
}
