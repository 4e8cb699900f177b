{
  config,
  lib,
  pkgs,
  ...
}:
let
  # Every content with a mountpoint, however deep.
  mounts =
    value:
    if !lib.isAttrs value then
      [ ]
    else
      lib.optional (value ? mountpoint && value.mountpoint != null) value
      ++ lib.concatMap mounts (lib.attrValues value);

  cfg = config.disko.devices;
  named = set: lib.mapAttrsToList (name: value: value // { inherit name; }) set;
  disks = named (cfg.disk or { });

  # As disko numbers and names them: by priority, then by name.
  priority =
    part:
    part.priority or (
      if part.size or "" == "100%" then
        9001
      else if part.type or "" == "EF02" then
        100
      else
        1000
    );
  partitionsOf =
    disk:
    let
      all = named (disk.content.partitions or { });
      sorted = lib.sort (a: b: if priority a == priority b then a.name < b.name else priority a < priority b) all;
    in
    lib.imap1 (
      number: part:
      part
      // {
        inherit number;
        label = part.label or "disk-${disk.name}-${part.name}";
      }
    ) sorted;
  pathOf = part: "/dev/disk/by-partlabel/${part.label}";

  typeOf = part: part.type or (if (part.content.type or "") == "swap" then "8200" else "8300");
  endOf = part: part.end or (if part.size == "100%" then "-0" else "+${part.size}");

  partitionWords =
    disk: part:
    lib.concatStringsSep " " [
      "--partition-guid=${toString part.number}:R"
      "--change-name=${toString part.number}:${part.label}"
      "--typecode=${toString part.number}:${typeOf part}"
      disk.device
    ];
  # One that is there, on a disk that is not erased, stays as it is.
  createPartition =
    disk: part:
    let
      words = partitionWords disk part;
      new = "--align-end --new=${toString part.number}:${part.start or "0"}:${endOf part}";
    in
    "if ! sgdisk ${new} ${words}; then sgdisk ${words}; fi\n";

  format =
    part:
    let
      content = part.content or null;
      path = pathOf part;
    in
    if content == null then
      ""
    # Nothing is encrypted here: the key is read, as disko does, and what is inside is put on the partition itself.
    else if content.type == "luks" then
      lib.optionalString (content ? passwordFile) "test -s ${content.passwordFile}\n"
      + format (part // { content = content.content or null; })
    else if content.type == "filesystem" then
      ''
        if ! (blkid ${path} | grep -q TYPE=); then mkfs.${content.format} ${toString (content.extraArgs or [ ])} ${path}; fi
      ''
    else if content.type == "swap" then
      "mkswap ${path}\n"
    else
      throw "the lab's disko knows no content of the type ${content.type}";

  opened = part: if (part.content.type or null) == "luks" then part // { content = part.content.content; } else part;
  mountable = lib.concatMap (
    disk:
    lib.filter (part: (part.content.type or null) == "filesystem" && (part.content.mountpoint or null) != null) (
      map opened (partitionsOf disk)
    )
  ) disks;
  byDepth = lib.sort (a: b: a.content.mountpoint < b.content.mountpoint) mountable;
  mountAll = lib.concatMapStrings (part: ''
    mkdir -p /mnt${part.content.mountpoint}
    if ! findmnt ${pathOf part} /mnt${part.content.mountpoint}; then
      mount ${pathOf part} /mnt${part.content.mountpoint} -t ${part.content.format} -o ${
        lib.concatStringsSep "," (part.content.mountOptions or [ "defaults" ])
      }
    fi
  '') byDepth;

  destroy =
    disk:
    lib.optionalString (disk.destroy or true) ''
      for part in $(lsblk --noheadings --raw --paths --output NAME ${disk.device} | tac); do wipefs --all -f "$part"; done
      dd if=/dev/zero of=${disk.device} bs=440 count=1
    '';
  create =
    disk:
    let
      parts = partitionsOf disk;
    in
    ''
      if ! blkid ${disk.device} | grep -q PTTYPE=; then sgdisk --clear ${disk.device}; fi
      ${lib.concatMapStrings (createPartition disk) parts}
      partprobe ${disk.device}
      udevadm trigger --subsystem-match=block
      udevadm settle --timeout 120
      ${lib.concatMapStrings format parts}
    '';

  begin = ''
    set -efux
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
  '';
  keys = lib.concatMapStrings (key: "cat ${key} > /dev/null\n") config.pocket.diskKeys;
  standIn = {
    diskoScript =
      begin
      + "umount -Rv /mnt || :\n"
      + lib.concatMapStrings destroy disks
      + keys
      + lib.concatMapStrings create disks
      + mountAll;
    formatScript = begin + lib.concatMapStrings create disks;
    mountScript = begin + keys + mountAll;
  };

  # What the kernel of a container cannot do stays with the stand-in.
  isPlain =
    value:
    if lib.isList value then
      lib.all isPlain value
    else if lib.isAttrs value then
      !(lib.elem (value.type or "") [
        "luks"
        "lvm_pv"
        "mdraid"
        "zfs"
      ])
      && lib.all isPlain (lib.attrValues value)
    else
      true;
  hasReal = builtins.pathExists ./real && isPlain cfg;
  real = import ./real.nix {
    devices = cfg;
    wrap = name: text: pkgs.writeScript name "#!/bin/bash\nset -e\nexport PATH=$PATH:/usr/sbin\n${keys}${text}";
  };
  scripts =
    if hasReal then
      { inherit (real) diskoScript formatScript mountScript; }
    else
      lib.mapAttrs (_: pkgs.writeShellScript "disko") standIn;
in
{
  options.disko = lib.mkOption {
    type = lib.types.submodule {
      freeformType = lib.types.lazyAttrsOf lib.types.anything;
      options.devices = lib.mkOption {
        type = lib.types.attrsOf lib.types.anything;
        default = { };
      };
    };
    default = { };
  };
  options.pocket.diskKeys = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
  };
  config = {
    system.build = {
      # Where disko has a virtual machine install and boot it, the lab has what nix says and asks of such a test.
      installTest =
        pkgs.runCommand "${config.networking.hostName}-disko" { requiredSystemFeatures = [ "kvm" "nixos-test" ]; }
          ''
            echo "machine: waiting for the VM to finish booting"
            echo "machine: must succeed: ${scripts.diskoScript}"
            ${config.disko.tests.extraChecks or ""}
            echo "booted_machine: waiting for unit local-fs.target"
            mkdir $out
          '';
    }
    // scripts
    // lib.mapAttrs' (name: script: lib.nameValuePair "${name}NoDeps" script) scripts;
    boot.loader.grub.devices = map (disk: disk.device) (
      lib.filter (disk: lib.any (part: typeOf part == "EF02") (partitionsOf disk)) disks
    );
    fileSystems = lib.listToAttrs (
      map (
        part:
        lib.nameValuePair part.content.mountpoint {
          device = pathOf part;
          fsType = part.content.format;
          options = part.content.mountOptions or [ "defaults" ];
        }
      ) mountable
      ++ map (
        content:
        lib.nameValuePair content.mountpoint {
          device = lib.mkDefault "/dev/disk/by-partlabel/lab";
          fsType = content.format or "auto";
        }
      ) (mounts cfg)
    );
  };
}
