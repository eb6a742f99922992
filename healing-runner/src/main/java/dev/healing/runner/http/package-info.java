/**
 * The operator's view over HTTP: a page, the verbs' JSON, events as they happen, and metrics for
 * Prometheus. Off unless asked for, and then on a loopback address only.
 *
 * <p>One thread serves all connections without ever waiting for one, so a slow client costs a
 * buffer and no thread; two workers ask the engine. Whoever takes too long to say what it wants, or
 * to take its answer, is hung up on, and when there are too many connections, first whoever has not
 * asked for anything yet. Requests are parsed strictly: what could be read in two ways is refused.
 */
package dev.healing.runner.http;
