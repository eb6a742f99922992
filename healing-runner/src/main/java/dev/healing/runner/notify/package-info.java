/**
 * Tells people what happens, wherever they want to hear of it.
 *
 * <p>An event becomes a note for each receiver that wants it, and waits in an outbox on disk until
 * it was handed over: what waits together goes together, so that neither a storm of events nor a
 * receiver that was away for an hour makes many messages. One thread does it all, and only while
 * something waits; the engine never waits for any of it.
 *
 * <p>Mail goes through the host's {@code sendmail}, as that of cron, smartd and mdadm does: who
 * wants mail from a host has set it up there once, with the relay, its password and TLS, and it has
 * a queue of its own. A client of ours for SMTP would need all of that again, for us alone.
 */
package dev.healing.runner.notify;
