/**
 * The real host: time, threads, commands, files, processes, systemd and the state directory. The
 * only place where production code touches any of them.
 */
package dev.healing.core.host;
