package dev.healing.runner.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Who is let in. The browser of whoever has the page open would also ask for another page's sake:
 * so it is asked under a name of ours only (or another page's name could be made to lead here), for
 * nobody else's page, and there is no cookie that it would show by itself. Who was {@linkplain
 * Invitations invited} has the token of that alone in the path.
 */
final class Gate {
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");

  private final Set<String> hosts;
  private final Token token;

  Gate(List<String> hosts, Token token) {
    this.hosts = new TreeSet<>(LOOPBACK);
    this.hosts.addAll(hosts);
    this.token = token;
  }

  /**
   * Lets a request pass.
   *
   * @throws Refusal if not
   */
  void pass(Request request) throws Refusal {
    String host = request.header("host").orElse("").toLowerCase(Locale.ROOT);
    if (!hosts.contains(PORT.matcher(host).replaceFirst(""))) {
      throw new Refusal(
          421,
          "this is not served as that host: expected one of "
              + String.join(", ", hosts)
              + "; the key http.hosts adds names");
    }
    // Behind a proxy with TLS the page's own origin is https; here it is http.
    String origin = request.header("origin").orElse("http://" + host).toLowerCase(Locale.ROOT);
    if (!origin.equals("http://" + host) && !origin.equals("https://" + host)) {
      throw new Refusal(403, "asked for another page's sake: expected the origin http://" + host);
    }
    String site = request.header("sec-fetch-site").orElse("none");
    boolean typed = request.header("sec-fetch-mode").orElse("").equals("navigate");
    if (!site.equals("same-origin") && !site.equals("none") && !(typed && request.reads())) {
      throw new Refusal(403, "asked for another page's sake");
    }
    boolean invited = request.path().startsWith(Invitations.PATH);
    if (!request.reads()) {
      if (!invited) {
        passToChange(request);
      } else if (!request.method().equals("POST")) {
        throw Refusal.method("GET, HEAD, POST");
      }
      String type = invited ? "application/x-www-form-urlencoded" : "application/json";
      String given = request.header("content-type").orElse("").split(";", 2)[0].strip();
      if (!given.equalsIgnoreCase(type)) {
        throw new Refusal(415, "expected 'Content-Type: " + type + "'");
      }
    }
  }

  private void passToChange(Request request) throws Refusal {
    if (!token.known()) {
      throw new Refusal(
          503, "nothing can be changed by HTTP: there is no token, see the log; use 'healing'");
    }
    if (!token.shownBy(request.header("authorization"))) {
      throw new Refusal(
          401,
          "changes need the token: expected 'Authorization: Bearer TOKEN', with what is in the file "
              + Token.FILE
              + " of the state directory");
    }
  }
}
