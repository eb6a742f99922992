package dev.healing.spi;

/** Makes a sampler. See {@link Provider}. */
public interface SamplerProvider extends Provider<Sampler> {}
