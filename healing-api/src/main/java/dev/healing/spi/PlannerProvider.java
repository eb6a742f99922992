package dev.healing.spi;

/** Makes a planner. See {@link Provider}. */
public interface PlannerProvider extends Provider<Planner> {}
