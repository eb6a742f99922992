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
 */
package dev.healing.spi;
