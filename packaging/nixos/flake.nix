# nix build --override-input jar path:/…/healing-runner/target/healing.jar 'path:packaging?dir=nixos'
{
  description = "A self-healing system for Linux hosts";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.11";
    jar = { url = "path:/usr/lib/healing/healing.jar"; flake = false; };
  };

  outputs = { self, nixpkgs, jar }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      for = make: builtins.listToAttrs (map (system: { name = system; value = make system; }) systems);
      healing = system: nixpkgs.legacyPackages.${system}.callPackage ./package.nix { inherit jar; };
    in
    {
      packages = for (system: rec { healing' = healing system; default = healing'; });
      nixosModules.default = { pkgs, lib, ... }: {
        imports = [ ./module.nix ];
        services.healing.package = lib.mkDefault self.packages.${pkgs.system}.default;
      };
    };
}
