package dev.healing.spi;

/**
 * Makes a plugin. Register implementations of the interfaces that extend this one, for example
 * {@link DetectorProvider}, with {@code provides … with} in {@code module-info.java} and in {@code
 * META-INF/services}.
 *
 * @param <T> the extension point
 */
public interface Provider<T> {
  /**
   * Its name, unique within the extension point: a lower-case letter, then up to 63 of a-z, 0-9, _
   * and -. The same every time.
   */
  String name();

  /**
   * Makes the plugin. Reads its configuration, and changes and starts nothing: a configuration is
   * checked by making all plugins. On any thread; at once. On a reload the plugins of before are
   * still in use.
   *
   * @param context the host, with this plugin's own section of the configuration
   */
  T create(HostContext context);
}
