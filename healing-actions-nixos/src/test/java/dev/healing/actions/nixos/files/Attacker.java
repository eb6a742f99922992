package dev.healing.actions.nixos.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process of its own that swaps two pairs of names as fast as the kernel can, by renameat2 with
 * RENAME_EXCHANGE where there is that, so that there is no moment at which a name is nothing.
 */
final class Attacker implements AutoCloseable {
  private static final String SWAP =
      """
      my %number = (x86_64 => 316, aarch64 => 276);
      my $call = $number{`uname -m` =~ s/\\s//gr};
      $| = 1; print "swapping\\n";
      while (1) {
        for my $pair ([$ARGV[0], $ARGV[1]], [$ARGV[2], $ARGV[3]]) {
          my ($one, $other) = @$pair;
          next if $call && syscall($call, -100, $one, -100, $other, 2) == 0;
          rename $one, "$one.aside"; rename $other, $one; rename "$one.aside", $other;
        }
        exit 1 if getppid() == 1;
      }
      """;

  private final Process process;

  Attacker(Path one, Path other, Path third, Path fourth) throws IOException {
    process =
        new ProcessBuilder("perl", "-e", SWAP, "" + one, "" + other, "" + third, "" + fourth)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.getInputStream().read() != 's') {
      throw new IllegalStateException("the attacker did not come up");
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
