/** The words of the system and its extension points. Depends on the JDK and JSpecify only. */
@org.jspecify.annotations.NullMarked
module dev.healing.api {
  requires static transitive org.jspecify;

  exports dev.healing.api;
  exports dev.healing.spi;
}
