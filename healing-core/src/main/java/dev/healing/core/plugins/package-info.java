/**
 * The plugins: how they are found, made, configured and named, and what each is handed of the host,
 * so that none reaches what is protected or what is another's. Nobody is asked anything here but
 * what it is; how they are called is in {@code calls}. Needs {@code guard}, whose names no plugin
 * may take and whose settings say where plugins are, and {@code history}, for what was measured.
 */
package dev.healing.core.plugins;
