# The options that home fleets set, with NixOS's names and types where the lab looks at them. What is below services,
# programs and the like and not named here is taken as it is; what is beside them is an error, as in NixOS.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  open =
    options:
    types.submodule {
      freeformType = types.lazyAttrsOf types.anything;
      inherit options;
    };
  set =
    options:
    mkOption {
      type = open options;
      default = { };
    };
  value =
    type: default:
    mkOption { inherit type default; };
  many = type: value (types.listOf type) [ ];
  sets = options: value (types.attrsOf (open options)) { };
  enable = value types.bool false;

  # `services.anything.enable` is a boolean; everything else about it is free.
  switchable = types.submodule {
    freeformType = types.attrsOf types.anything;
    options.enable = enable;
  };
  switchables =
    names:
    mkOption {
      type = types.submodule {
        freeformType = types.lazyAttrsOf switchable;
        options = lib.genAttrs names (_: value switchable { });
      };
      default = { };
    };
in
{
  options = {
    assertions = many types.unspecified;
    warnings = many types.str;
    meta = value types.anything { };

    system = set {
      stateVersion = value types.str lib.release;
      name = value types.str (
        if config.networking.hostName == "" then "unnamed" else config.networking.hostName
      );
      build = value (types.lazyAttrsOf types.unspecified) { };
      activationScripts = value (types.attrsOf (types.either types.str (open { text = value types.lines ""; }))) { };
      extraDependencies = many types.package;
      configurationRevision = value (types.nullOr types.str) null;
      nixos = set {
        release = value types.str lib.release;
        version = value types.str lib.version;
        label = value types.str config.system.nixos.version;
        tags = many types.str;
      };
    };

    networking = set {
      hostName = value (types.strMatching "^$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$") "nixos" // {
        description = "The name of the machine, without its domain.";
        example = "garden";
      };
      domain = value (types.nullOr types.str) null;
      hostId = value (types.nullOr (types.strMatching "[0-9a-f]{8}")) null;
      useDHCP = value types.bool true;
      nameservers = many types.str;
      firewall = set {
        enable = value types.bool true;
        allowedTCPPorts = many types.port;
        allowedUDPPorts = many types.port;
      };
    };

    boot = set {
      kernelParams = many types.str;
      kernelModules = many types.str;
      supportedFilesystems = value (types.either (types.listOf types.str) (types.attrsOf types.bool)) [ ];
      kernel = set { sysctl = value (types.attrsOf types.anything) { }; };
      initrd = set {
        availableKernelModules = many types.str;
        kernelModules = many types.str;
      };
      loader = set {
        timeout = value (types.nullOr types.int) 5;
        systemd-boot = set { enable = enable; };
        efi = set { canTouchEfiVariables = enable; };
        grub = set {
          enable = value types.bool (!config.boot.loader.systemd-boot.enable);
          default = value (types.either types.int types.str) "0";
          device = value types.str "";
          devices = many types.str;
          efiSupport = enable;
          efiInstallAsRemovable = enable;
        };
      };
    };

    fileSystems = sets {
      device = value (types.nullOr types.str) null;
      fsType = value types.str "auto";
      options = value (types.listOf types.str) [ "defaults" ];
      label = value (types.nullOr types.str) null;
      neededForBoot = enable;
    };
    swapDevices = many types.anything;

    users = set {
      mutableUsers = value types.bool true;
      groups = sets { };
      users = sets {
        isNormalUser = enable;
        isSystemUser = enable;
        description = value types.str "";
        extraGroups = many types.str;
        shell = value (types.nullOr (types.either types.package types.path)) null;
        hashedPassword = value (types.nullOr types.str) null;
        packages = many types.package;
        openssh = set {
          authorizedKeys = set {
            keys = many types.singleLineStr;
            keyFiles = many types.path;
          };
        };
      };
    };

    environment = set {
      systemPackages = many types.package;
      variables = value (types.attrsOf types.anything) { };
      etc = sets {
        text = value (types.nullOr types.lines) null;
        source = value (types.nullOr types.path) null;
        mode = value types.str "symlink";
      };
    };

    time = set { timeZone = value (types.nullOr types.str) null; };
    nix = set {
      settings = set {
        substituters = many types.str;
        trusted-public-keys = many types.str;
      };
      gc = value (types.attrsOf types.anything) { };
      extraOptions = value types.lines "";
    };
    services = switchables [
      "caddy"
      "fail2ban"
      "grafana"
      "jellyfin"
      "nginx"
      "openssh"
      "postgresql"
      "prometheus"
      "samba"
      "tailscale"
    ];
    programs = switchables [
      "fish"
      "git"
      "vim"
      "zsh"
    ];
    systemd = set {
      services = sets { enable = value types.bool true; };
      timers = sets { };
      tmpfiles = value (types.attrsOf types.anything) { };
    };
  }
  // lib.genAttrs [
    "console"
    "containers"
    "documentation"
    "fonts"
    "hardware"
    "i18n"
    "location"
    "power"
    "powerManagement"
    "security"
    "specialisation"
    "virtualisation"
    "xdg"
    "zramSwap"
  ] (_: set { });
}
