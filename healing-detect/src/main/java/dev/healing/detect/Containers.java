package dev.healing.detect;

import dev.healing.spi.HostFiles;
import java.nio.file.Files;

/** Whether we are in a container, whose devices are another host's. */
final class Containers {
  private Containers() {}

  /** As systemd notes it when it is booted in one, and podman and docker for what they start. */
  static boolean inOne(HostFiles files) {
    return Files.exists(files.path("/run/systemd/container"))
        || Files.exists(files.path("/run/.containerenv"))
        || Files.exists(files.path("/.dockerenv"));
  }
}
