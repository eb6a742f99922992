package dev.healing.spi;

/** Makes a detector. See {@link Provider}. */
public interface DetectorProvider extends Provider<Detector> {}
