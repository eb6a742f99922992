package dev.healing.spi;

/**
 * Makes a plugin. Register implementations of the interfaces that extend this one, for example
 * {@link DetectorProvider}, with {@code provides … with} in {@code module-info.java} and in {@code
 * META-INF/services}.
 *
 * @param <T> the extension point
 */
public interface Provider<T> {
  /** Its name, unique within the extension point: lower case, digits, underscores, hyphens. */
  String name();

  /**
   * Makes the plugin. Reads its configuration, and changes and starts nothing: a configuration is
   * checked by making all plugins.
   *
   * @param context the host, with this plugin's own section of the configuration
   */
  T create(HostContext context);
}
