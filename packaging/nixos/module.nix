# The daemon on NixOS. The unit is that of the package; here is only what is different on NixOS.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.healing;
in
{
  options.services.healing = {
    enable = lib.mkEnableOption "healing, which notices what is wrong with this host and heals it";

    package = lib.mkOption {
      type = lib.types.package;
      description = "The package, as packaging/nixos/package.nix makes it.";
    };

    settings = lib.mkOption {
      type = lib.types.attrsOf lib.types.anything;
      default = { };
      example = { autonomy = "suggest"; limits.heals-per-hour = 5; };
      description = ''
        The configuration, as in docs/configuration.md. It is readable by all users of the host, so
        nothing secret belongs here: name a file or a credential instead.
      '';
    };

    credentials = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
      example = { slack = "/run/keys/healing-slack-url"; };
      description = ''
        Files whose content systemd hands to the daemon and to nobody else, by the name that
        credential:NAME in the settings has.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    # JSON is YAML.
    environment.etc."healing/healing.yaml".text = builtins.toJSON cfg.settings;

    systemd.packages = [ cfg.package ];
    systemd.services.healing = {
      wantedBy = [ "multi-user.target" ];
      # The store is read-only for all but its daemon, which does what it is asked for as root.
      environment.NIX_REMOTE = "daemon";
      reloadTriggers = [ config.environment.etc."healing/healing.yaml".text ];
      serviceConfig = {
        LoadCredential = lib.mapAttrsToList (name: file: "${name}:${file}") cfg.credentials;
      };
    };
  };
}
