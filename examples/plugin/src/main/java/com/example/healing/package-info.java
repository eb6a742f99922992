/**
 * A plugin of a third party: a detector and an action in a jar that knows healing-api only. Copy
 * the jar to the plugin directory, and both are there.
 */
package com.example.healing;
