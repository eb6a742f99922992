package dev.healing.actions.nixos.services;

import dev.healing.api.HostException;
import dev.healing.spi.StateStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Whether a probe has been satisfied since it was written as it is: one that never was may be wrong
 * itself, as one that asks at another port is. Remembered durably, by a digest, since a probe may
 * hold what is not for everybody to read; the detectors that ask and the actions that rest on what
 * they ask share the file. Safe for several threads.
 */
final class EverSatisfied {
  private final StateStore state;
  private final String file;
  private boolean satisfied;
  private boolean kept;

  EverSatisfied(StateStore state, Probe probe, String component) {
    this.state = state;
    file = "satisfied." + digest(component + ' ' + probe.kind() + ' ' + probe.what());
    satisfied = marked();
    kept = satisfied;
  }

  synchronized boolean is() {
    return satisfied;
  }

  /** It is satisfied. */
  synchronized void now() {
    satisfied = true;
    if (!kept) {
      try {
        state.writePlain(file, "");
        kept = true;
      } catch (HostException e) {
        // It holds until the program ends, and is tried again with the next good answer.
      }
    }
  }

  private boolean marked() {
    try {
      return state.exists(file);
    } catch (HostException e) {
      return false; // found out anew
    }
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] all = sha.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
