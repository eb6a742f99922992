/**
 * The command line and the daemon. It decides nothing about healing: it reads the configuration,
 * assembles host and engine, and shows what they say.
 *
 * <p>{@link dev.healing.runner.Main} is the way in and {@code Verbs} the table of what can be
 * typed; each verb is one small class. A verb that reads or commands asks the daemon over its
 * control socket and, where none runs, looks for itself. Either way it gets the same JSON: {@code
 * --json} prints that as it is, and the text is drawn from it, so the two can never tell different
 * stories.
 *
 * <p>Reading the configuration file, the control socket and the terminal is this module's own work
 * and happens before and beside the host that plugins see; nothing here touches the host itself.
 */
package dev.healing.runner;
