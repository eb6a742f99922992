/** The command line and the daemon: assembles the pieces. */
package dev.healing.runner;
