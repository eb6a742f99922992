/**
 * How the command line talks to the daemon: a UNIX socket in the state directory, one JSON object
 * per line and direction. Only root and the daemon's own user are answered; the kernel says who is
 * asking.
 *
 * <p>A request is {@code {"verb":"status", …}}, an answer {@code {"ok":true,"exit":0,"result":…}}
 * or {@code {"ok":false,"exit":1,"error":"…"}}. Lines are bounded, connections are few and each has
 * a deadline to send its line and to take its answer, so a slow client delays nobody but itself.
 */
package dev.healing.runner.control;
