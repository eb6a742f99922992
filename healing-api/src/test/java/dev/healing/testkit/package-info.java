/**
 * The test kit for authors of plugins, and for the engine itself.
 *
 * <p>Three ways to use it, from small to large. A {@link dev.healing.testkit.TestHost} is a host
 * made of fakes that hold what you put into them: files of a directory tree, commands with scripted
 * answers, units that come back or don't. A contract, for example {@link
 * dev.healing.testkit.ActionContract}, is a test class to extend: implement what makes your plugin
 * and inherit the tests of what every such plugin promises. A {@link
 * dev.healing.testkit.SimulatedHost} is a whole host whose faults come and go over years, for
 * whatever drives plugins.
 *
 * <p>Everything runs on {@link dev.healing.testkit.VirtualTime}: nothing waits, nothing depends on
 * the machine, and the same test takes the same course every time.
 */
package dev.healing.testkit;
