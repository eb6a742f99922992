package dev.healing.learning;

/** What is kept in a file as a JSON object; read back by {@code read} of the same class. */
interface Stored {
  /** Writes its members. */
  void write(Writing object);
}
