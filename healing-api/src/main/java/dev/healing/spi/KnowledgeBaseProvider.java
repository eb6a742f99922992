package dev.healing.spi;

/** Makes a knowledge base. See {@link Provider}. */
public interface KnowledgeBaseProvider extends Provider<KnowledgeBase> {}
