package dev.healing.testkit;

/** The process ended at once, as by {@code kill -9}. Not to be caught by what is under test. */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedCrash(String where) {
    super("simulated crash " + where);
  }
}
