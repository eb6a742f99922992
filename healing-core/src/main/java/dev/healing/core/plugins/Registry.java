package dev.healing.core.plugins;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The providers that an engine can choose from: those registered by hand, those that {@link
 * ServiceLoader} finds on the class or module path, and those in jars of the plugin directory. A
 * provider that cannot even be loaded is skipped and reported.
 */
public final class Registry {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final Map<Class<?>, List<Object>> registered = new HashMap<>();
  private final Map<Class<?>, UnaryOperator<Object>> instead = new HashMap<>();
  private boolean discover = true;

  /** Adds a provider by hand. */
  public <P> void register(Class<P> type, P provider) {
    registered.computeIfAbsent(type, t -> new ArrayList<>()).add(provider);
  }

  /** Has every provider of a type replaced by another, as where nothing is real. */
  public <P> void replace(Class<P> type, UnaryOperator<P> each) {
    instead.put(type, provider -> each.apply(type.cast(provider)));
  }

  /** Whether others than those added by hand are looked for. */
  public void discover(boolean on) {
    discover = on;
  }

  /**
   * Where providers are looked for: the engine's own loader, or one that has the plugins' jars. It
   * is never closed: what an old plugin is still doing after a reload may need more of its classes,
   * and when nobody does the collector closes it.
   *
   * @param problems is told what must be mended; then it is the engine's own
   */
  ClassLoader loader(Optional<Path> pluginDirectory, List<String> problems) {
    ClassLoader own = Registry.class.getClassLoader();
    try {
      return pluginDirectory.isEmpty()
          ? own
          : new URLClassLoader(jars(pluginDirectory.orElseThrow()), own);
    } catch (HealingException e) {
      problems.add(e.getMessage());
      return own;
    } catch (IOException e) {
      problems.add(
          "plugins.directory "
              + pluginDirectory.orElseThrow()
              + " cannot be read: "
              + HostException.reason(e)
              + ". Expected a directory with jars, or no such setting");
      return own;
    }
  }

  private static URL[] jars(Path pluginDirectory) throws IOException {
    refuseIfOthersCanWrite(pluginDirectory);
    Set<Path> sorted = new TreeSet<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(pluginDirectory, "*.jar")) {
      found.forEach(sorted::add);
    }
    List<URL> jars = new ArrayList<>();
    for (Path jar : sorted) {
      refuseIfOthersCanWrite(jar);
      jars.add(jar.toUri().toURL());
    }
    return jars.toArray(new URL[0]);
  }

  private static void refuseIfOthersCanWrite(Path path) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    boolean othersWrite = !Collections.disjoint(attributes.permissions(), OTHERS_WRITE);
    String owner = attributes.owner().getName();
    boolean ours = owner.equals("root") || owner.equals(System.getProperty("user.name"));
    if (attributes.isSymbolicLink() || othersWrite || !ours) {
      throw new HealingException(
          "plugins.directory: "
              + path
              + " is refused, because somebody else could put code there: expected no link, owned"
              + " by root or by us, and writable by nobody else");
    }
  }

  /**
   * All providers of a type, none of them made yet.
   *
   * @param faults is told of each that could not be loaded
   */
  <P> List<ServiceLoader.Provider<P>> providers(
      Class<P> type, ServiceLoader<P> found, List<String> faults) {
    List<ServiceLoader.Provider<P>> providers = new ArrayList<>();
    for (Object provider : registered.getOrDefault(type, List.of())) {
      providers.add(new ByHand<>(type.cast(provider)));
    }
    if (discover) {
      Iterator<ServiceLoader.Provider<P>> next = found.stream().iterator();
      while (true) {
        try {
          if (!next.hasNext()) {
            break;
          }
          ServiceLoader.Provider<P> provider = next.next();
          if (providers.stream().noneMatch(p -> p.type() == provider.type())) {
            providers.add(provider);
          }
        } catch (ServiceConfigurationError | LinkageError e) {
          faults.add(e.getMessage());
          if (faults.size() > 100) {
            break; // the same broken file over and over
          }
        }
      }
    }
    UnaryOperator<Object> each = instead.get(type);
    if (each != null) {
      providers.replaceAll(provider -> new Instead<>(type, provider, each));
    }
    return providers;
  }

  /** Made when it is asked for, as what it replaces is; named in messages as that is. */
  private record Instead<P>(
      Class<P> as, ServiceLoader.Provider<P> provider, UnaryOperator<Object> each)
      implements ServiceLoader.Provider<P> {
    @Override
    public P get() {
      return as.cast(each.apply(provider.get()));
    }

    @Override
    public Class<? extends P> type() {
      return provider.type();
    }
  }

  private record ByHand<P>(P get) implements ServiceLoader.Provider<P> {
    @Override
    public Class<? extends P> type() {
      @SuppressWarnings("unchecked") // the class of a P is a class of P
      Class<? extends P> own = (Class<? extends P>) get.getClass();
      return own;
    }
  }

  /** A class and where it was loaded from, for messages. */
  public static String origin(Object plugin) {
    return origin(plugin.getClass());
  }

  /** A class and where it was loaded from, for messages. */
  static String origin(Class<?> plugin) {
    CodeSource source = plugin.getProtectionDomain().getCodeSource();
    String from = "";
    if (source != null && source.getLocation() != null) {
      String path = source.getLocation().getPath();
      String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      from = " in " + trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }
    return plugin.getName() + from;
  }
}
