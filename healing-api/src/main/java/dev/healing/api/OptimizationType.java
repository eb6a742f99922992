package dev.healing.api;

/** What kind of improvement an {@link Opportunity} is. */
public enum OptimizationType {
  MEMORY_MANAGEMENT,
  CACHE_OPTIMIZATION,
  SERVICE_TUNING,
  DISK_CLEANUP,
  PROCESS_OPTIMIZATION,
  NETWORK_TUNING,
  GENERATION_CLEANUP,
  STORE_OPTIMIZATION
}
