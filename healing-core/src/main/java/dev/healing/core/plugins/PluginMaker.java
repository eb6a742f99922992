package dev.healing.core.plugins;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.HostContext;
import dev.healing.spi.Protection;
import dev.healing.spi.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Makes the plugins of one kind after the other. One that cannot be loaded or made is skipped and
 * reported; two of one name, and a configuration that one does not accept, are problems.
 */
final class PluginMaker {
  /** It is a key of the configuration, and part of the names of a plugin's files. */
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

  private final Registry registry;
  private final ClassLoader loader;
  private final HostContext host;
  private final Protection protection;
  private final Memory memory;
  private final Configuration configuration;
  private final List<Found> known;
  private final List<String> problems;
  private final Duration patience;

  /**
   * Makes plugins.
   *
   * @param loader has those that are not registered by hand
   * @param memory what they remember of before a reload
   * @param known is told of each, made or not
   * @param problems is told what must be mended before an engine can be made
   * @param patience how long each may take; one that hangs is left out
   */
  PluginMaker(
      Registry registry,
      ClassLoader loader,
      HostContext host,
      Protection protection,
      Memory memory,
      Configuration configuration,
      List<Found> known,
      List<String> problems,
      Duration patience) {
    this.registry = registry;
    this.loader = loader;
    this.host = host;
    this.protection = protection;
    this.memory = memory;
    this.configuration = configuration;
    this.known = known;
    this.problems = problems;
    this.patience = patience;
  }

  <T, P extends Provider<T>> Map<String, T> all(String kind, String section, Class<P> type) {
    return all(kind, section, type, Provider::name, Provider::create);
  }

  /** All of a kind, by name. */
  <T, P> Map<String, T> all(
      String kind,
      String section,
      Class<P> type,
      Function<P, String> nameOf,
      BiFunction<P, HostContext, T> create) {
    Map<String, T> plugins = new LinkedHashMap<>();
    Configuration sections = configuration.section(section);
    named(kind, type, nameOf)
        .forEach(
            (name, provider) ->
                make(kind, name, provider, sections.section(name), create)
                    .ifPresent(plugin -> plugins.put(name, plugin)));
    return plugins;
  }

  /**
   * The detectors that the configuration defines: sections that no plugin has the name of, each
   * with the key of a kind.
   *
   * @param measured what samplers can measure; empty if one does not say
   */
  Map<String, Detector> defined(Optional<Set<Metric>> measured) {
    Map<String, Detector> detectors = new LinkedHashMap<>();
    Configuration sections = configuration.section("detectors");
    Map<String, DetectorKind> kinds = named("detector kind", DetectorKind.class, DetectorKind::key);
    for (String name : sections.keys()) {
      kinds.keySet().stream()
          .filter(key -> sections.has(name, key))
          .findFirst()
          .map(key -> Objects.requireNonNull(kinds.get(key)))
          .flatMap(kind -> define(name, kind, sections, measured))
          .ifPresent(detector -> detectors.put(name, detector));
    }
    return detectors;
  }

  private Optional<Detector> define(
      String name, DetectorKind kind, Configuration sections, Optional<Set<Metric>> measured) {
    boolean plugins =
        known.stream().anyMatch(i -> i.kind().equals("detector") && i.name().equals(name));
    if (plugins) {
      return Optional.empty(); // and a key that the plugin does not ask for is told as unknown
    }
    boolean valid = NAME.matcher(name).matches();
    if (!valid) {
      sections.contradiction(name, "a name: a-z, then up to 63 of a-z, 0-9, _ and -");
    }
    String usable = valid ? name : "unnamed"; // so that all else that is wrong is told as well
    return make(
        "detector",
        usable,
        kind,
        sections.section(name),
        (maker, context) -> maker.create(usable, context, measured));
  }

  private <P> Map<String, P> named(String kind, Class<P> type, Function<P, String> nameOf) {
    // Called here, in the module that declares the use.
    ServiceLoader<P> found = ServiceLoader.load(type, loader);
    List<String> faults = new ArrayList<>();
    Map<String, P> providers = new LinkedHashMap<>();
    for (ServiceLoader.Provider<P> unmade : registry.providers(type, found, faults)) {
      P provider;
      String name;
      try {
        provider = call("load " + kind, unmade::get);
        name = valid(call("name " + kind, () -> nameOf.apply(provider)));
      } catch (RuntimeException | ServiceConfigurationError | LinkageError e) {
        faults.add(Registry.origin(unmade.type()) + " cannot be loaded or say its name: " + e);
        continue;
      }
      P other = providers.putIfAbsent(name, provider);
      if (other != null) {
        problems.add(
            "two plugins of kind "
                + kind
                + " are named '"
                + name
                + "': "
                + Registry.origin(other)
                + " and "
                + Registry.origin(provider)
                + ". Remove one of them");
      }
    }
    for (String fault : faults) {
      known.add(Found.skipped(kind, "?", fault, fault));
    }
    return providers;
  }

  private static String valid(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name: expected a-z, then up to 63 of a-z, 0-9, _ and -");
    }
    return name;
  }

  private <T, P> Optional<T> make(
      String kind,
      String name,
      P provider,
      Configuration own,
      BiFunction<P, HostContext, T> create) {
    String origin = Registry.origin(provider);
    String owner = kind + "." + name;
    if (!own.enabled()) {
      known.add(Found.off(kind, name, origin));
      return Optional.empty();
    }
    try {
      PluginContext context = new PluginContext(host, protection, memory, owner, own);
      T plugin = call("make " + kind + " " + name, () -> create.apply(provider, context));
      known.add(Found.on(kind, name, origin));
      return Optional.of(plugin);
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    } catch (RuntimeException | LinkageError e) {
      String why = kind + " '" + name + "' could not be made: " + e;
      known.add(Found.skipped(kind, name, origin, why));
    }
    return Optional.empty();
  }

  /** One that hangs is not waited for. */
  private <T> T call(String name, Supplier<T> question) {
    return Objects.requireNonNull(
        host.workers().call(name, patience, question), "it returned null");
  }
}
