package dev.healing.runner.notify;

import dev.healing.api.Configuration;
import dev.healing.api.Severity;
import dev.healing.core.json.JsonText;
import dev.healing.runner.http.HttpSettings;
import dev.healing.spi.HostContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;

/**
 * Who is told of what, and how.
 *
 * @param receivers those that are not off
 * @param link where the page is reached by who gets a link to approve or reject; empty: no links
 * @param linkExpires how long a link is good for
 */
public record NotifySettings(
    List<Receiver> receivers, Optional<String> link, Duration linkExpires) {
  /** Nobody is told. */
  public static final NotifySettings NONE =
      new NotifySettings(List.of(), Optional.empty(), Duration.ofHours(12));

  private static final int MOST_RECEIVERS = 16;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z0-9._%+=~-]{1,64}(?:@[A-Za-z0-9.-]{1,253})?");

  /** Copies. */
  public NotifySettings {
    receivers = List.copyOf(receivers);
  }

  /** What the section {@code notify} says. Problems are noted there, without any secret. */
  public static NotifySettings read(Configuration configuration) {
    Configuration notify = configuration.section("notify");
    Optional<String> link = link(notify, configuration);
    Duration expires = notify.duration("link-expires", NONE.linkExpires());
    if (expires.compareTo(Duration.ofMinutes(1)) < 0 || expires.compareTo(Duration.ofDays(7)) > 0) {
      notify.contradiction("link-expires", "1m to 7d");
    }
    Configuration section = notify.section("receivers");
    List<Receiver> receivers = new ArrayList<>();
    for (String name : section.keys()) {
      if (!NAME.matcher(name).matches()) {
        section.contradiction(name, "another name: a-z, then up to 31 of a-z, 0-9, _ and -");
      }
      Receiver receiver = receiver(name, section.section(name));
      if (section.section(name).enabled()) {
        receivers.add(receiver);
      }
    }
    if (receivers.size() > MOST_RECEIVERS) {
      notify.contradiction("receivers", MOST_RECEIVERS + " at most");
    }
    return notify.enabled() ? new NotifySettings(receivers, link, expires) : NONE;
  }

  /**
   * What some receivers need and this host has not: they would not be told. What cannot be seen
   * from here, such as a credential, is not missed.
   */
  public List<String> missing(HostContext host) {
    List<String> missing = new ArrayList<>();
    for (Receiver receiver : receivers) {
      String where = "notify.receivers." + receiver.name() + ".";
      if (receiver.form() == Receiver.Form.COMMAND
          && host.commands().which(receiver.command().get(0)).isEmpty()) {
        missing.add(where + "command: " + receiver.command().get(0) + " is no program here");
      }
      if (receiver.form() == Receiver.Form.MAIL && Programs.sendmail(host.commands()).isEmpty()) {
        missing.add(where + "form: mail, and this host has no sendmail");
      }
      receiver.url().missing(host.files()).ifPresent(f -> missing.add(where + "url: " + f));
      receiver
          .token()
          .flatMap(token -> token.missing(host.files()))
          .ifPresent(f -> missing.add(where + "token: " + f));
    }
    return missing;
  }

  /** What is told, or a link that approves something, in a way that others can read. */
  public List<String> inTheClear() {
    List<String> told = new ArrayList<>();
    link.filter(NotifySettings::isReadable).ifPresent(unused -> told.add("notify.link"));
    for (Receiver receiver : receivers) {
      receiver
          .url()
          .plain()
          .filter(NotifySettings::isReadable)
          .ifPresent(unused -> told.add("notify.receivers." + receiver.name() + ".url"));
    }
    return told.stream().map(key -> key + ": is not encrypted: expected https://").toList();
  }

  /** By HTTP, and not to this host itself. */
  private static boolean isReadable(String address) {
    return isWebAddress(address)
        && address.startsWith("http:")
        && HttpSettings.parse(URI.create(address).getHost() + ":80").isEmpty();
  }

  /** {@code [{receiver, form}]}. */
  public ArrayNode json() {
    ArrayNode json = JsonText.array();
    receivers.forEach(
        receiver ->
            json.addObject().put("receiver", receiver.name()).put("form", receiver.form().name()));
    return json;
  }

  private static Optional<String> link(Configuration notify, Configuration configuration) {
    String written = notify.text("link", "");
    if (written.isEmpty()) {
      return Optional.empty();
    }
    if (!isWebAddress(written) || written.contains("?") || written.contains("#")) {
      notify.contradiction("link", "where the page is reached, like https://healing.example.org");
      return Optional.empty();
    }
    String host = String.valueOf(URI.create(written).getHost()).toLowerCase(Locale.ROOT);
    boolean loopback = HttpSettings.parse(host + ":80").isPresent();
    if (!loopback && !HttpSettings.hosts(configuration).contains(host)) {
      notify.contradiction("link", "a host that http.hosts names too, or nobody is let in there");
    }
    return Optional.of(written.replaceFirst("/+$", ""));
  }

  /** Whether it is an address of http or https with a host, and nobody's name or password in it. */
  static boolean isWebAddress(String text) {
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme());
      return (scheme.equals("https") || scheme.equals("http"))
          && uri.getHost() != null
          && uri.getUserInfo() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static Receiver receiver(String name, Configuration section) {
    Receiver.Form form = section.choice("form", Receiver.Form.JSON);
    Secret url = new Secret(section.text("url", ""));
    Optional<Secret> token =
        Optional.of(section.text("token", "")).filter(t -> !t.isEmpty()).map(Secret::new);
    List<String> to = section.texts("to", List.of());
    List<String> command = section.texts("command", List.of());
    if (section.enabled()) {
      check(section, form, url, token, to, command);
    }
    Duration group = section.duration("group", Duration.ofSeconds(10));
    if (group.compareTo(Duration.ofHours(24)) > 0) {
      section.contradiction("group", "24h at most");
    }
    return new Receiver(
        name,
        form,
        url,
        token,
        to,
        command,
        wants(section),
        section.choice("at-least", Severity.MEDIUM),
        section.choice("urgent", Severity.CRITICAL),
        quiet(section),
        group,
        section.count("per-hour", 20, 1, 1000));
  }

  /** None of it shows the url or the token: what is wrong with them is said of the form. */
  private static void check(
      Configuration section,
      Receiver.Form form,
      Secret url,
      Optional<Secret> token,
      List<String> to,
      List<String> command) {
    if (!section.has("form")) {
      section.contradiction(
          "form", "form: json, slack, matrix, ntfy, mail or command, and what belongs to it");
      return;
    }
    boolean address = url.kept() || url.plain().filter(NotifySettings::isWebAddress).isPresent();
    if (form.byHttp() && !address) {
      section.contradiction(
          "form",
          "beside it url: https://HOST/…, or file:PATH or credential:NAME where that is kept");
    }
    if (token.isPresent() && (!form.byHttp() || !token.get().kept())) {
      section.contradiction(
          "form",
          "beside it token: file:PATH or credential:NAME, and only for what is sent by HTTP:"
              + " it is not shown here, and should not stand in this file");
    }
    boolean addresses = !to.isEmpty() && to.stream().allMatch(a -> ADDRESS.matcher(a).matches());
    if (form == Receiver.Form.MAIL && !addresses) {
      section.contradiction("to", "a list of mail addresses, like [ops@example.org]");
    }
    boolean program = !command.isEmpty() && command.get(0).startsWith("/");
    if (form == Receiver.Form.COMMAND && !program) {
      section.contradiction("command", "a list: the absolute path of a program, and its arguments");
    }
  }

  private static Set<Occasion> wants(Configuration section) {
    List<String> written = section.texts("events", Occasion.USUAL);
    Set<Occasion> wanted = EnumSet.noneOf(Occasion.class);
    Stream.of(Occasion.values()).filter(o -> written.contains(o.word())).forEach(wanted::add);
    if (wanted.isEmpty() || wanted.size() != written.size()) {
      section.contradiction(
          "events",
          "at least one of these, each once, or RECEIVER: off: "
              + Stream.of(Occasion.values()).map(Occasion::word).collect(Collectors.joining(", ")));
    }
    return wanted;
  }

  private static Optional<QuietHours> quiet(Configuration section) {
    String written = section.text("quiet", "");
    if (!written.isEmpty()) {
      try {
        return Optional.of(QuietHours.parse(written));
      } catch (IllegalArgumentException e) {
        section.contradiction("quiet", QuietHours.EXPECTED);
      }
    }
    return Optional.empty();
  }
}
