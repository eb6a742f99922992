package dev.healing.runner.notify;

/** A way to tell somebody something. */
@FunctionalInterface
interface Channel {
  /**
   * Hands it over.
   *
   * @throws NotSent if that did not work, or nobody knows whether it did
   */
  void send(Receiver receiver, Letter letter) throws NotSent;
}
