package dev.healing.runner.realhost;

import java.util.List;

/**
 * A real Nix store on a host, and generations of its system, built without any network. Each has a
 * {@code test-app.service}, and one that is told to has a {@code test-other.service} that fails.
 *
 * <p>What its switch is to do besides, a test writes as a shell script to {@code
 * /run/test-first-MARK} and {@code /run/test-last-MARK}.
 */
record SystemGenerations(ThrowawayHost host) {
  static final String PROFILE = "/nix/var/nix/profiles/system";

  static SystemGenerations on(ThrowawayHost host) {
    host.write("/etc/nix/nix.conf", "sandbox = false\nbuild-users-group =\nsubstituters =\n");
    host.write(
        "/root/generation.nix",
        """
        { mark, command, harmful ? "" }: derivation {
          name = "system-${mark}";
          system = builtins.currentSystem;
          builder = "/bin/sh";
          PATH = "/usr/bin:/bin";
          args = [ "-c" ''
            mkdir -p $out/bin $out/etc/systemd/system
            cd $out/etc/systemd/system
            printf '[Service]\\nExecStart=%s\\n' '${command}' >test-app.service
            test -z "${harmful}" ||
              printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' >test-other.service
            cat >$out/bin/switch-to-configuration <<'END'
            #!/bin/sh
            echo ${mark} >>/run/test-switches
            echo "activates ${mark}" || exit 1
            test ! -e /run/test-first-${mark} || . /run/test-first-${mark}
            echo ${mark} >/run/test-activated
            system=$(dirname $(dirname $(readlink -f $0)))
            ln -sfn $system /run/current-system
            mkdir -p /run/systemd/system
            systemctl stop test-other.service
            rm -f /run/systemd/system/test-*.service
            cp $system/etc/systemd/system/* /run/systemd/system
            systemctl daemon-reload
            systemctl reset-failed test-other.service
            systemctl restart test-app.service
            test ! -e /run/systemd/system/test-other.service || systemctl start test-other.service
            test ! -e /run/test-last-${mark} || . /run/test-last-${mark}
            true
            END
            sed -i 's/^ *//' $out/bin/switch-to-configuration
            chmod +x $out/bin/switch-to-configuration
          '' ];
        }
        """);
    return new SystemGenerations(host);
  }

  /** A new store of this size. */
  void store(int megabytes) {
    host.sh(
        "mkdir -p /nix; mount -t tmpfs -o size="
            + megabytes
            + "m,mode=755 nix /nix; nix-store --init");
  }

  /** A new generation, which the profile names. */
  void build(String mark, String command, String... more) {
    host.sh(
        "out=$(nix-build -Q --no-out-link /root/generation.nix --argstr mark "
            + mark
            + " --argstr command '"
            + command
            + "' "
            + String.join(" ", more)
            + "); nix-env -p "
            + PROFILE
            + " --set $out");
  }

  void activate() {
    host.sh(PROFILE + "/bin/switch-to-configuration switch || true");
  }

  /** The mark of that which was activated last. */
  String activated() {
    return host.sh("cat /run/test-activated").strip();
  }

  /** The marks of those for which a switch was begun, oldest first. */
  List<String> switches() {
    return host.sh("cat /run/test-switches").lines().toList();
  }

  /** Ends healing and all that was made here. */
  void remove() {
    host.exec(
        "/bin/sh",
        "-c",
        """
        systemctl stop healing healing-rollback healing-rollback-undo.timer healing-rollback-undo
        systemctl stop 'test-*.service'
        rm -f /run/test-* /run/systemd/system/test-*; systemctl daemon-reload
        systemctl reset-failed
        umount -l /nix; rm -rf /nix /run/current-system /run/booted-system
        """);
  }
}
