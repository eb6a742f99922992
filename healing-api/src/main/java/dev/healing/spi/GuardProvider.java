package dev.healing.spi;

/** Makes a guard. See {@link Provider}. */
public interface GuardProvider extends Provider<Guard> {}
