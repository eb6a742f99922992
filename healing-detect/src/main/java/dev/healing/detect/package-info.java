/**
 * Samples the host; the built-in detectors and triggers.
 *
 * <p>Samplers ({@link dev.healing.detect.HostSampler} first) acquire, the small records beside them
 * ({@code CpuTimes}, {@code VmStat}, {@code Pressure}, {@code MountInfo}) parse. A parser is pure
 * and strict: what is cut off, absurd or not understood is absent, never 0 and never an exception.
 * Each detector is a class with its provider nested in it; those with thresholds share {@code
 * Level}, so that none of them flaps and all are set with the same keys; so does {@link
 * dev.healing.detect.OwnLevel}, of which the configuration defines any number. What only counts
 * upwards is told by {@code Counters}.
 *
 * <p>What changes slowly is read seldom ({@code Seldom}; in the {@code Background}, if it may
 * hang), and at every look as soon as it may be reported. What a host does not have (swap,
 * pressure, control groups, connection tracking, sensors, a time service) has no sample, and no
 * word is lost about it.
 *
 * <p>/proc is read by hand, through the {@link dev.healing.spi.HostFiles} of the context, because
 * OSHI cannot be pointed at a fixture tree, answers from a cache of its own, and says 0 where it
 * does not know. A whole look, but for what systemd answers, costs about 0.2 ms and 70 KB of
 * garbage; OSHI's list of file systems alone takes 4 ms. What OSHI knows better is which types of
 * file system are pseudo or of the network: that list is kept by its maintainers, can be changed by
 * an operator with an {@code oshi.properties}, and decides here which mounts are watched.
 */
package dev.healing.detect;
