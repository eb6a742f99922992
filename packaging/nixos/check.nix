# Evaluates the module without nixpkgs, with just enough of its library to tell what it comes to:
# nix-instantiate --eval --strict --json packaging/nixos/check.nix
let
  lib = {
    mkEnableOption = what: { description = "Whether to enable ${what}."; default = false; };
    mkOption = option: option;
    mkIf = condition: value: if condition then value else { };
    mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
    types = { package = "package"; str = "str"; anything = "anything"; attrsOf = of: "attrsOf ${of}"; };
  };
  given = {
    enable = true;
    package = "/nix/store/healing";
    settings = { autonomy = "suggest"; };
    credentials = { slack = "/run/keys/slack"; };
  };
  module = import ./module.nix {
    inherit lib;
    pkgs = { };
    config = { services.healing = given; environment.etc = module.config.environment.etc; };
  };
  off = import ./module.nix {
    inherit lib;
    pkgs = { };
    config = { services.healing = given // { enable = false; }; };
  };
in
{
  inherit (module) config;
  off = off.config;
  undocumented = builtins.filter
    (name: !(module.options.services.healing.${name} ? description))
    (builtins.attrNames module.options.services.healing);
  options = builtins.attrNames module.options.services.healing;
}
