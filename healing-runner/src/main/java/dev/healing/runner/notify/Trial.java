package dev.healing.runner.notify;

import dev.healing.api.HealingException;
import dev.healing.core.json.JsonText;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;

/** Whether those who are to be told can be told. */
public final class Trial {
  /** The longest that one of them is waited for. */
  public static final Duration LONGEST = Duration.ofSeconds(30);

  private Trial() {}

  /**
   * Tells each receiver, or the one of this name, that this is a test, at once and whatever the
   * hour; waits for all of them, {@link #LONGEST} each at most.
   *
   * @param credentials the directory in which systemd keeps this process's credentials, if it does
   * @return {@code [{receiver, form, ok, problem}]}
   * @throws HealingException if there is no such receiver
   */
  public static ArrayNode of(
      NotifySettings settings,
      HostContext host,
      Optional<String> credentials,
      Optional<String> name) {
    List<Receiver> chosen =
        settings.receivers().stream()
            .filter(receiver -> name.isEmpty() || name.get().equals(receiver.name()))
            .toList();
    if (settings.receivers().isEmpty()) {
      throw new HealingException(
          "nobody is told: there is nothing under notify.receivers in the configuration");
    }
    if (chosen.isEmpty()) {
      throw new HealingException(
          "there is no receiver '"
              + name.orElse("")
              + "': expected one of "
              + settings.receivers().stream()
                  .map(Receiver::name)
                  .collect(Collectors.joining(", ")));
    }
    Channels channels = new Channels(host, credentials);
    ArrayNode json = JsonText.array();
    for (Receiver receiver : chosen) {
      Optional<String> problem = problem(channels, receiver, host);
      json.addObject()
          .put("receiver", receiver.name())
          .put("form", receiver.form().name())
          .put("ok", problem.isEmpty())
          .put("problem", problem.orElse(null));
    }
    return json;
  }

  private static Optional<String> problem(Channels channels, Receiver receiver, HostContext host) {
    try {
      channels.send(
          receiver, Letter.test(Channels.hostName(host.files()), receiver, host.time().now()));
      return Optional.empty();
    } catch (NotSent e) {
      return Optional.of(e.why());
    }
  }
}
