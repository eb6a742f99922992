package dev.healing.spi;

/** Makes a trigger. See {@link Provider}. */
public interface TriggerProvider extends Provider<Trigger> {}
