/** What the scripts in {@code benchmarks/} run of Java; no tests. */
@NullMarked
package dev.healing.runner.bench;

import org.jspecify.annotations.NullMarked;
