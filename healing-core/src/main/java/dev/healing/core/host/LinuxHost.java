package dev.healing.core.host;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import dev.healing.spi.*;
import java.nio.file.Path;
import java.util.Set;

/** This host. */
public final class LinuxHost implements HostContext, AutoCloseable {
  private LinuxHost() {}

  /** /var/lib/healing as root, else $XDG_STATE_HOME/healing or ~/.local/state/healing. */
  public static Path defaultStateDirectory() {
    throw new UnsupportedOperationException();
  }

  /** Opens it to act: takes the lock of the state directory; HostException if another has it. */
  public static LinuxHost open(Path stateDirectory) {
    throw new UnsupportedOperationException();
  }

  /**
   * Opens it to read only: no lock, and the state store refuses to write anything but the plain
   * files.
   */
  public static LinuxHost observe(Path stateDirectory) {
    throw new UnsupportedOperationException();
  }

  @Override
  public TimeSource time() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Workers workers() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CommandRunner commands() {
    throw new UnsupportedOperationException();
  }

  @Override
  public HostFiles files() {
    throw new UnsupportedOperationException();
  }

  @Override
  public HostProcesses processes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Systemd systemd() {
    throw new UnsupportedOperationException();
  }

  @Override
  public StateStore state() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Protection protection() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<Privilege> privileges() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Configuration configuration() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
