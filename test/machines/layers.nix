# Every layer upon another: an array of three disks, encrypted, with volumes of every kind; places and sizes that are
# no round numbers.
{
  disko.devices = {
    disk = {
      boot = {
        type = "disk";
        device = "/dev/disk/by-id/virtio-BOOT";
        content = {
          type = "gpt";
          partitions = {
            ESP = {
              priority = 1;
              size = "300M";
              type = "EF00";
              content = {
                type = "filesystem";
                format = "vfat";
                mountpoint = "/boot";
                mountOptions = [ "umask=0077" ];
              };
            };
            odd = {
              size = "5001K";
            };
            placed = {
              start = "1G";
              end = "1400M";
              content = {
                type = "filesystem";
                format = "xfs";
                mountpoint = "/srv";
              };
            };
            last = {
              priority = 9000;
              end = "-100M";
              content = {
                type = "swap";
              };
            };
          };
        };
      };
      a = {
        type = "disk";
        device = "/dev/disk/by-id/virtio-A";
        content = {
          type = "gpt";
          partitions.member = {
            end = "-256M";
            content = {
              type = "mdraid";
              name = "big";
            };
          };
        };
      };
      b = {
        type = "disk";
        device = "/dev/disk/by-id/virtio-B";
        content = {
          type = "gpt";
          partitions.member = {
            end = "-256M";
            content = {
              type = "mdraid";
              name = "big";
            };
          };
        };
      };
      c = {
        type = "disk";
        device = "/dev/disk/by-id/virtio-C";
        content = {
          type = "gpt";
          partitions.member = {
            end = "-256M";
            content = {
              type = "mdraid";
              name = "big";
            };
          };
        };
      };
    };
    mdadm.big = {
      type = "mdadm";
      level = 5;
      content = {
        type = "luks";
        name = "crypt-big";
        passwordFile = "/tmp/disk.key";
        content = {
          type = "lvm_pv";
          vg = "big-group";
        };
      };
    };
    lvm_vg.big-group = {
      type = "lvm_vg";
      lvs = {
        pool = {
          size = "1G";
          lvm_type = "thin-pool";
        };
        home = {
          size = "5G";
          lvm_type = "thinlv";
          pool = "pool";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/home";
          };
        };
        var-log = {
          size = "301M";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/var/log";
          };
        };
        nix = {
          size = "40%FREE";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/nix";
          };
        };
        root = {
          size = "100%FREE";
          content = {
            type = "btrfs";
            extraArgs = [ "-f" ];
            subvolumes = {
              "/root".mountpoint = "/";
              "@cache" = { };
              "@cache/inner".mountpoint = "/cache";
            };
          };
        };
      };
    };
  };
}
