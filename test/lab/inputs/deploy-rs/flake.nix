{
  description = "A stand-in for deploy-rs: profiles that a fleet can name";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { nixpkgs, ... }:
    {
      lib = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          custom =
            base: activate:
            pkgs.runCommand "activatable-${base.name}" { inherit activate; } ''
              mkdir -p $out
              cp -rs ${base}/. $out/
              printf '#!/bin/sh\n%s\n' "$activate" > $out/deploy-rs-activate
              chmod +x $out/deploy-rs-activate
              ${pkgs.lib.optionalString (builtins.pathExists ./activate) ''
                cp ${./activate} $out/activate-rs
                chmod +x $out/activate-rs
              ''}
            '';
        in
        {
          activate = {
            inherit custom;
            nixos =
              base:
              custom base.config.system.build.toplevel ''
                goal=switch
                if [ "$DRY_ACTIVATE" = 1 ]; then goal=dry-activate; elif [ "$BOOT" = 1 ]; then goal=boot; fi
                "$PROFILE/bin/switch-to-configuration" "$goal"
              '';
            noop = base: custom base ":";
          };
          deployChecks = _: { };
        }
      );
    };
}
