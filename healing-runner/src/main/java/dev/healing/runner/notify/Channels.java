package dev.healing.runner.notify;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.util.Optional;

/** Every way to tell somebody something that there is on this host. */
final class Channels implements Channel {
  private final HostContext host;
  private final Channel webhook;
  private final Channel programs;

  /**
   * Tells nobody yet.
   *
   * @param credentials where systemd keeps them for this process; empty if it keeps none
   */
  Channels(HostContext host, Optional<String> credentials) {
    this.host = host;
    this.webhook = new Webhook(host.files(), host.workers(), credentials, Webhook.MOST);
    this.programs = new Programs(host.commands());
  }

  @Override
  public void send(Receiver receiver, Letter letter) throws NotSent {
    (receiver.form().byHttp() ? webhook : programs).send(receiver, letter);
  }

  /** How messages name this host. */
  static String hostName(HostFiles files) {
    try {
      String name = files.read("/proc/sys/kernel/hostname").orElse("").strip();
      return name.isEmpty() ? "localhost" : name;
    } catch (HostException e) {
      return "localhost";
    }
  }
}
