package dev.healing.detect.embedded;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Supplier;

/** Management interfaces that answer what they are told to; what nobody expected fails the test. */
final class Beans {
  private Beans() {}

  static <T> T of(Class<T> type, Map<String, Supplier<Object>> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Supplier<Object> answer = answers.get(method.getName());
              if (answer == null) {
                throw new AssertionError("nobody expected " + method);
              }
              return answer.get();
            }));
  }
}
