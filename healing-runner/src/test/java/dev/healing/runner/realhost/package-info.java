/**
 * The built jar on a real host: systemd as process 1, D-Bus, a real Nix store, real signals.
 *
 * <p>Each test class boots a {@linkplain dev.healing.runner.realhost.ThrowawayHost throw-away host}
 * of its own in about a second, installs the jar as a service just as a package would, breaks
 * something, and looks only at what an operator can see: units, files, and what the command line
 * says. These are the tests to believe when a simulation says otherwise. They need root and
 * systemd-nspawn and are skipped, with the reason, where there is neither.
 */
@NullMarked
package dev.healing.runner.realhost;

import org.jspecify.annotations.NullMarked;
