# As `import nixpkgs { system = ...; }`.
{
  system ? builtins.currentSystem,
  localSystem ? system,
  config ? { },
  overlays ? [ ],
  ...
}:
let
  lib = import ./lib;
  base =
    final:
    import ./packages.nix {
      inherit lib final;
      system = if builtins.isAttrs localSystem then localSystem.system else localSystem;
    }
    // {
      inherit lib config overlays;
      path = ./.;
      pkgs = final;
      extend = overlay: lib.fix (lib.extends (lib.composeManyExtensions (overlays ++ [ overlay ])) base);
    };
in
lib.fix (lib.extends (lib.composeManyExtensions overlays) base)
