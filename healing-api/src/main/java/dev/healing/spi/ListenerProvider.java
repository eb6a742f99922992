package dev.healing.spi;

/** Makes a listener. See {@link Provider}. */
public interface ListenerProvider extends Provider<Listener> {}
