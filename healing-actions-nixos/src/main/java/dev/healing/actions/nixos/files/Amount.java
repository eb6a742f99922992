package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;

/**
 * So many files, and what they take.
 *
 * @param bytes that are free again without them, as far as can be told from outside
 */
record Amount(long files, long bytes) {
  static final Amount NONE = new Amount(0, 0);

  Amount plus(Amount more) {
    return new Amount(files + more.files, bytes + more.bytes);
  }

  Amount minus(Amount less) {
    return new Amount(files - less.files, bytes - less.bytes);
  }

  /** Whether it is neither fewer files nor fewer bytes than that. */
  boolean covers(Amount other) {
    return files >= other.files && bytes >= other.bytes;
  }

  /** For messages. */
  @Override
  public String toString() {
    return files + " files, " + Checks.size(bytes);
  }
}
