# The closure of a system: the files that deploy tools, the boot loader and people look for in it.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config) pocket;
  inherit (config.system) name nixos;
  failed = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);

  etcText = lib.mapAttrsToList (
    path: entry:
    if entry.source != null then
      "mkdir -p $out/$(dirname ${path}) && cp -r ${entry.source} $out/${path}\n"
    else
      "mkdir -p $out/$(dirname ${path}) && printf %s ${lib.escapeShellArg entry.text} > $out/${path}\n"
  ) config.environment.etc;

  authorizedKeys = lib.filterAttrs (_: keys: keys != [ ]) (
    lib.mapAttrs (_: user: user.openssh.authorizedKeys.keys) config.users.users
  );

  etc = pkgs.runCommand "etc" { } (
    lib.concatStrings etcText
    + ''
      mkdir -p $out/systemd $out/ssh/authorized_keys.d
      cp -r ${config.system.build.units} $out/systemd/system
    ''
    + lib.concatStrings (
      lib.mapAttrsToList (user: keys: ''
        printf %s ${lib.escapeShellArg (lib.concatLines keys)} > $out/ssh/authorized_keys.d/${user}
      '') authorizedKeys
    )
  );

  kernel = pkgs.runCommand "linux-${pocket.kernelVersion}" { } "mkdir $out && echo 'kernel of the lab' > $out/bzImage";
  initrd = pkgs.runCommand "initrd-linux-${pocket.kernelVersion}" { } "mkdir $out && echo 'initrd of the lab' > $out/initrd";
  switch = pkgs.runCommand "switch-to-configuration" { } "cp ${../switch-to-configuration.sh} $out && chmod +x $out";

  activate = pkgs.writeScript "activate" (
    ''
      #!/bin/sh
      # Makes this system the running one.
      system=@out@
      status=0
      echo "setting up /etc..."
      ln -sfn ${etc} /etc/static
      rm -rf /etc/ssh/authorized_keys.d
      (cd ${etc} && find . -path ./systemd -prune -o -type f -printf '%P\n') | while read -r file; do
        mkdir -p "/etc/$(dirname "$file")"
        case $file in
          # sshd refuses keys below a folder that a group may write, as /nix/store is.
          ssh/*) install -m 444 "/etc/static/$file" "/etc/$file" ;;
          *) ln -sfn "/etc/static/$file" "/etc/$file" ;;
        esac
      done
      hostname ${lib.escapeShellArg config.networking.hostName} || status=1
    ''
    + lib.concatStrings (
      lib.mapAttrsToList (
        name: user:
        lib.optionalString user.isNormalUser ''
          id -u ${lib.escapeShellArg name} > /dev/null 2>&1 \
            || /usr/sbin/useradd --create-home --shell /bin/bash --password '*' ${lib.escapeShellArg name} || status=1
        ''
      ) config.users.users
    )
    + lib.concatMapStrings (second: "echo 'activating, step ${toString second} of ${toString pocket.activationSeconds}'; sleep 1\n") (
      lib.range 1 pocket.activationSeconds
    )
    + lib.concatStrings (
      lib.mapAttrsToList (name: script: ''
        # ${name}
        (${if lib.isString script then script else script.text}
        ) || { echo "Activation script snippet '${name}' failed ($?)"; status=1; }
      '') config.system.activationScripts
    )
    + lib.optionalString pocket.failActivation ''
      echo "Activation script snippet 'broken' failed (1)"
      status=1
    ''
    + ''
      ln -sfn "$system" /run/current-system
      ip route del prohibit 192.168.77.0/25 2>/dev/null
      ip route del prohibit 192.168.77.128/25 2>/dev/null
      ${lib.optionalString pocket.breakFirewall "ip route add prohibit 192.168.77.0/25; ip route add prohibit 192.168.77.128/25"}
      ip link set eth0 ${if pocket.breakNetwork then "down" else "up"}
      exit $status
    ''
  );

  toplevel =
    pkgs.runCommand "nixos-system-${name}-${nixos.label}"
      {
        passthru = { inherit config; };
        extraDependencies = map toString config.system.extraDependencies;
      }
      ''
        mkdir -p $out/bin
        sed "s|@out@|$out|" ${activate} > $out/activate
        sed "s|@out@|$out|" ${switch} > $out/bin/switch-to-configuration
        printf '#!/bin/sh\nexec %s/activate\n' "$out" > $out/init
        chmod +x $out/activate $out/init $out/bin/switch-to-configuration
        ln -s ${kernel}/bzImage $out/kernel
        ln -s ${initrd}/initrd $out/initrd
        ln -s ${kernel} $out/kernel-modules
        ln -s ${etc} $out/etc
        ln -s ${config.system.build.path} $out/sw
        printf %s "init=$out/init ${lib.escape [ "\"" "$" "`" "\\" ] (toString config.boot.kernelParams)}" > $out/kernel-params
        printf %s ${lib.escapeShellArg nixos.label} > $out/nixos-version
        printf %s ${pkgs.system} > $out/system
        echo -n "systemd 3" > $out/init-interface-version
        echo ${toString (lib.unique (config.boot.loader.grub.devices ++ lib.optional (config.boot.loader.grub.device != "") config.boot.loader.grub.device))} > $out/boot-devices
        echo -n ${if config.boot.loader.systemd-boot.enable then "systemd-boot" else "grub"} > $out/boot-loader
        echo -n ${toString config.boot.loader.grub.default} > $out/grub-default
        ${lib.optionalString config.pocket.failsToBoot "touch $out/fails-to-boot"}
        printf '{"org.nixos.bootspec.v1":{"system":"%s","toplevel":"%s"}}' ${pkgs.system} "$out" > $out/boot.json
      '';
in
{
  assertions = [
    {
      assertion = config.fileSystems ? "/";
      message = "The ‘fileSystems’ option does not specify your root file system.";
    }
  ];
  environment.etc = {
    hostname.text = config.networking.hostName + "\n";
    fstab.text = lib.concatStrings (
      lib.mapAttrsToList (
        target: fs: "${toString fs.device} ${target} ${fs.fsType} ${lib.concatStringsSep "," fs.options} 0 0\n"
      ) config.fileSystems
    );
    os-release.text = ''
      ID=nixos
      NAME=NixOS
      PRETTY_NAME="NixOS ${nixos.release} (Pocket)"
      VERSION="${nixos.release} (Pocket)"
      VERSION_ID="${nixos.release}"
      BUILD_ID="${nixos.version}"
    '';
  };
  system.build = {
    inherit etc kernel;
    initialRamdisk = initrd;
    path = pkgs.symlinkJoin {
      name = "system-path";
      paths = [
        pkgs.bash
        (pkgs.writeShellScriptBin "nixos-version" ''
          if [ "''${1-}" = --configuration-revision ]; then
            echo ${lib.escapeShellArg (toString config.system.configurationRevision)}
          else
            echo ${lib.escapeShellArg nixos.label}
          fi
        '')
      ] ++ config.environment.systemPackages;
    };
    toplevel =
      if failed != [ ] then
        throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}"
      else
        lib.foldr (message: lib.warn message) toplevel config.warnings;
  };
}
