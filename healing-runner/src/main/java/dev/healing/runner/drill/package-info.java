/**
 * The drill: a harmless fault in something sacrificial, healed by the real loop with the real
 * plugins and timed. Its engine sees and touches nothing else: the detector is shown only the
 * sacrifice, the only action is the one that is drilled, and the state is thrown away.
 */
package dev.healing.runner.drill;
