package dev.healing.spi;

/** Makes a healing action; its name is the action's. See {@link Provider}. */
public interface ActionProvider extends Provider<HealingAction> {}
