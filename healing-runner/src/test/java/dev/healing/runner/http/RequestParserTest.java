package dev.healing.runner.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.healing.runner.http.RequestParser.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestParserTest {
  /** As the server does it; empty while it is not whole. */
  static Optional<Parsed> parse(byte[] bytes) throws Refusal {
    int headEnd = RequestParser.headEnd(bytes, 0, bytes.length);
    return headEnd < 0 ? Optional.empty() : RequestParser.parse(bytes, bytes.length, headEnd);
  }

  private static Optional<Parsed> parse(String text) throws Refusal {
    return parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aRequestIsTakenApart() throws Refusal {
    Parsed parsed =
        parse(
                "POST /api/v1/metrics/filesystem%7B%2Fvar%7D?since=1h&a+b=%C3%A4&flag HTTP/1.1\r\n"
                    + "Host: localhost:8420\r\nContent-Length: 3\r\nX-A:  b \r\n\r\nabcGET /next")
            .orElseThrow();
    Request request = parsed.request();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/api/v1/metrics/filesystem{/var}");
    assertThat(request.query()).isEqualTo(Map.of("since", "1h", "a b", "ä", "flag", ""));
    assertThat(request.header("x-a")).contains("b");
    assertThat(request.body()).isEqualTo("abc");
    assertThat(parsed.keepAlive()).isTrue();
  }

  @Test
  void whatIsNotWholeIsWaitedFor() throws Refusal {
    String text = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    for (int i = 0; i < text.length(); i++) {
      assertThat(parse(text.substring(0, i))).isEmpty();
    }
    assertThat(parse(text)).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | GET /~",
        "400 | GET  / HTTP/1.1~Host: x",
        "400 | GET / HTTP/1.1~",
        "400 | GET / HTTP/1.1~Host: x~Host: y",
        "400 | GET / HTTP/1.1~Host : x",
        "400 | GET / HTTP/1.1~Host: x~ folded: y",
        "400 | GET / HTTP/1.1~Host: x~Content-Length: 1~Content-Length: 2",
        "400 | GET / HTTP/1.1~Host: x~Content-Length: +1",
        "400 | GET / HTTP/1.1~Host: x~Content-Length: 0x1",
        "413 | GET / HTTP/1.1~Host: x~Content-Length: 99999999",
        "501 | GET / HTTP/1.1~Host: x~Transfer-Encoding: chunked",
        "501 | GET / HTTP/1.1~Host: x~Expect: 100-continue",
        "505 | GET / HTTP/2.0~Host: x",
        "400 | GET http://x/ HTTP/1.1~Host: x",
        "400 | GET /%0d%0aSet-Cookie HTTP/1.1~Host: x",
        "400 | GET /%zz HTTP/1.1~Host: x",
        "400 | GET /%2 HTTP/1.1~Host: x",
        "400 | GET /%c3 HTTP/1.1~Host: x",
        "400 | GET /?a=1&a=2 HTTP/1.1~Host: x",
      })
  void whatCouldBeReadInTwoWaysIsRefused(int status, String text) {
    String request = text.replace("~", "\r\n") + (text.endsWith("~") ? "\r\n" : "\r\n\r\n");
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> parse(request));
    assertThat(refusal).as(text).isNotNull();
    assertThat(refusal.response().status()).isEqualTo(status);
  }

  @Test
  void anEndlessHeadIsRefused() {
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class, () -> parse("GET / HTTP/1.1\r\nA: " + "x".repeat(9_000)));
    assertThat(refusal.response().status()).isEqualTo(431);
    refusal =
        catchThrowableOfType(
            Refusal.class, () -> parse("GET / HTTP/1.1\r\n" + "A:\r\n".repeat(70) + "\r\n"));
    assertThat(refusal.response().status()).isEqualTo(431);
  }
}
