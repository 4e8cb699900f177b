# Builders and packages. Everything is made by Debian's /bin/sh and coreutils; nothing is fetched.
{
  lib,
  final,
  system,
}:
let
  inherit (final) runCommand writeTextFile;

  platform = lib.systemOf system;

  # A program of the Debian tree under the name that nixpkgs gives it.
  fromDebian =
    name: programs:
    runCommand name { meta.mainProgram = lib.head programs; } ''
      mkdir -p $out/bin
      for program in ${toString programs}; do ln -s /usr/bin/$program $out/bin/$program; done
    '';

  # A program that no lab machine has: it can be installed and says what it is.
  label =
    name:
    runCommand "${name}-0-lab" {
      pname = name;
      meta.mainProgram = name;
    } ''
      mkdir -p $out/bin
      printf '#!/bin/sh\necho "${name}: a label in the lab, the program itself is not here"\n' > $out/bin/${name}
      chmod +x $out/bin/${name}
    '';

  debian = {
    bash = [ "bash" ];
    btrfs-progs = [ "btrfs" ];
    coreutils = [
      "cat"
      "cp"
      "ls"
      "mkdir"
      "rm"
    ];
    cryptsetup = [ "cryptsetup" ];
    findutils = [ "find" ];
    gawk = [ "awk" ];
    git = [ "git" ];
    gnugrep = [ "grep" ];
    gnused = [ "sed" ];
    iproute2 = [ "ip" ];
    jq = [ "jq" ];
    nix = [ "nix" ];
    openssh = [
      "ssh"
      "ssh-keygen"
    ];
    procps = [ "ps" ];
    rsync = [ "rsync" ];
    util-linux = [ "lsblk" ];
  };

  labels = lib.genAttrs [
    "age"
    "bat"
    "btop"
    "caddy"
    "curl"
    "docker"
    "dig"
    "fd"
    "file"
    "fish"
    "fzf"
    "gitMinimal"
    "grafana"
    "htop"
    "iotop"
    "jellyfin"
    "lm_sensors"
    "lsof"
    "nano"
    "neovim"
    "ncdu"
    "nginx"
    "nixfmt"
    "nmap"
    "parted"
    "pciutils"
    "postgresql"
    "prometheus"
    "prometheus-node-exporter"
    "python3"
    "restic"
    "ripgrep"
    "smartmontools"
    "sops"
    "ssh-to-age"
    "tailscale"
    "tmux"
    "tree"
    "unzip"
    "usbutils"
    "vim"
    "wget"
    "wireguard-tools"
    "zfs"
    "zsh"
  ] label;
in
lib.mapAttrs fromDebian debian
// labels
// {
  inherit system;

  stdenv = {
    hostPlatform = platform;
    buildPlatform = platform;
    targetPlatform = platform;
    isLinux = true;
    isDarwin = false;
    mkDerivation =
      argument:
      let
        attributes = if lib.isFunction argument then lib.fix argument else argument;
        name = attributes.name or "${attributes.pname}-${attributes.version or "0"}";
      in
      runCommand name (removeAttrs attributes [
        "name"
        "buildCommand"
      ]) (attributes.buildCommand or ''
        if [ -n "''${src-}" ]; then cp -r "$src" source && chmod -R u+w source && cd source; fi
        eval "''${buildPhase-}"
        eval "''${installPhase-mkdir -p $out}"
      '');
  };
  stdenvNoCC = final.stdenv;
  hostPlatform = platform;

  callPackage =
    package: overrides:
    let
      f = if lib.isFunction package then package else import package;
    in
    f (builtins.intersectAttrs (lib.functionArgs f) final // overrides);

  runCommand =
    name: attributes: script:
    let
      visible = removeAttrs attributes [
        "meta"
        "passthru"
        "nativeBuildInputs"
        "buildInputs"
        "preferLocalBuild"
        "allowSubstitutes"
      ];
    in
    derivation (
      visible
      // {
        inherit name system;
        builder = "/bin/sh";
        # Standard error of a builder is its log.
        args = [
          "-euc"
          ("export PATH=/usr/bin:/bin\n" + script)
        ];
      }
    )
    // {
      meta = attributes.meta or { };
    }
    // attributes.passthru or { };
  runCommandLocal = final.runCommand;
  runCommandNoCC = final.runCommand;

  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      ...
    }:
    runCommand name
      {
        inherit text;
        meta.mainProgram = name;
      }
      ''
        ${lib.optionalString (destination != "") "mkdir -p \"$out${dirOf destination}\""}
        printf %s "$text" > "$out${destination}"
        ${lib.optionalString executable "chmod +x \"$out${destination}\""}
      '';
  writeText = name: text: writeTextFile { inherit name text; };
  writeScript =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
    };
  writeShellScript = name: text: final.writeScript name "#!/bin/sh\n${text}";
  writeScriptBin =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
      destination = "/bin/${name}";
    };
  writeShellScriptBin = name: text: final.writeScriptBin name "#!/bin/sh\n${text}";
  writeShellApplication = { name, text, ... }: final.writeShellScriptBin name text;
  linkFarm =
    name: entries:
    runCommand name { } (
      "mkdir -p $out\n"
      + lib.concatMapStrings (entry: "ln -s ${entry.path} $out/${entry.name}\n") (
        if lib.isAttrs entries then
          lib.mapAttrsToList (name: path: { inherit name path; }) entries
        else
          entries
      )
    );
  symlinkJoin =
    { name, paths, ... }:
    runCommand name { } ''
      mkdir -p $out
      for path in ${toString paths}; do cp -rs --no-preserve=mode "$path/." $out/ 2>/dev/null || cp -rsf "$path/." $out/; done
    '';
  buildEnv = final.symlinkJoin;
  formats =
    let
      generate = name: value: final.writeText name (builtins.toJSON value);
      format = _: {
        type = lib.types.attrsOf lib.types.anything;
        inherit generate;
      };
    in
    lib.genAttrs [
      "json"
      "yaml"
      "toml"
      "ini"
    ] (_: format);

  # What tests need and nixpkgs does not have.

  # So many MiB that cannot be compressed, to see copies take time.
  payload =
    mebibytes:
    runCommand "payload-${toString mebibytes}MiB" { } ''
      head -c ${toString (mebibytes * 1024 * 1024)} /dev/urandom > $out
    '';
  # Takes so many seconds and says what it does.
  slow =
    seconds:
    runCommand "slow-${toString seconds}s" { } ''
      echo '@nix { "action": "setPhase", "phase": "buildPhase" }' >&"''${NIX_LOG_FD:-2}"
      for second in $(seq ${toString seconds}); do
        echo "compiling part $second of ${toString seconds}"
        sleep 1
      done
      echo done > $out
    '';
  # Fails as a compiler does.
  failing = runCommand "failing" { } ''
    echo "unpacking source"
    echo "src/main.c:42:13: error: 'colour' undeclared (first use in this function)" >&2
    echo "make: *** [Makefile:7: main.o] Error 1" >&2
    exit 2
  '';
  # Says one hash and produces another.
  wrongHash = derivation {
    name = "wrong-hash";
    inherit system;
    builder = "/bin/sh";
    args = [
      "-c"
      "echo other > $out"
    ];
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = lib.fakeHash;
  };
}
