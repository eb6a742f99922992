/**
 * The extension points: what a plugin implements, and the host that it is handed.
 *
 * <p>Each extension point is an interface with a {@link dev.healing.spi.Provider} beside it: a name
 * and {@code create(context)}, so that no half-built plugin exists. Providers are found by {@link
 * java.util.ServiceLoader} or registered with the engine by hand. The configuration section of a
 * plugin has its name.
 *
 * <p>Everything that a plugin wants of the outer world goes through its {@link
 * dev.healing.spi.HostContext}: no clock, no sleep, no process and no file beside it. That is what
 * makes a dry run dry, protects what must never be touched, and lets years pass in a test.
 *
 * <p>Four classes are neither an extension point nor a part of the host. They work out from it what
 * plugins must see alike, and plugins share no module but this one: how much memory there is for us
 * ({@link dev.healing.spi.HostMemory}, of the {@link dev.healing.spi.OwnGroup} in a container), who
 * waits for processors ({@link dev.healing.spi.CpuPressure}), and how far a restart goes ({@link
 * dev.healing.spi.Reach}). Yours may ask them as well.
 */
package dev.healing.spi;
