import { formatLayout } from '../../../shared/disko/format.ts';
import { buildRecipe } from '../../../shared/disko/recipes.ts';

const disks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'main' : `data${index}`,
    device: `/dev/disk/by-id/ata-WDC_WD40EFRX_WD-WCC7K${index}`,
  }));

const MANY = {
  disk: Object.fromEntries(
    Array.from({ length: 24 }, (_, index) => [
      `bay${String(index + 1).padStart(2, '0')}`,
      {
        type: 'disk',
        device: `/dev/disk/by-path/pci-0000:03:00.0-sas-phy${index}`,
        content: {
          type: 'gpt',
          partitions: Object.fromEntries(
            Array.from({ length: 5 }, (_each, part) => [
              `part${part + 1}`,
              {
                size: part === 4 ? '100%' : `${(part + 1) * 20}G`,
                content: { type: 'filesystem', format: 'xfs', mountpoint: `/data/${index + 1}/${part + 1}` },
              },
            ]),
          ),
        },
      },
    ]),
  ),
};

const LAPTOP = `# The laptop of the kitchen.
{ lib, pkgs, ... }:
{
  disko.devices = {
    disk.main = {
      # A Samsung 970 EVO, bought in 2024.
      device = lib.mkDefault "/dev/disk/by-id/nvme-Samsung_SSD_970_EVO_500GB_S466NX0M";
      type = "disk";
      content = {
        type = "gpt";
        partitions = {
          ESP = {
            size = "1G";
            type = "EF00";
            content = {
              type = "filesystem";
              format = "vfat";
              mountpoint = "/boot";
            };
          };
          swap = {
            size = "16G";
            content = {
              type = "swap";
              resumeDevice = true;
            };
          };
          root = {
            size = "100%";
            content = {
              type = "luks";
              name = "crypt-root";
              settings.allowDiscards = true; # it is an SSD
              content = {
                type = "btrfs";
                extraArgs = [ "-f" ];
                postCreateHook = "\${pkgs.btrfs-progs}/bin/btrfs filesystem show";
                subvolumes = {
                  "@root".mountpoint = "/";
                  "@home" = {
                    mountpoint = "/home";
                    mountOptions = [ "compress=zstd" "noatime" ];
                  };
                  "@nix" = {
                    mountpoint = "/nix";
                    mountOptions = [ "compress=zstd" "noatime" ];
                  };
                };
              };
            };
          };
        };
      };
    };
  };
}
`;

/** Files of the invented fleet that hold layouts. */
export const DISK_FILES: Readonly<Record<string, string>> = {
  'hosts/laptop/disko.nix': LAPTOP,
  'hosts/nas/disko.nix': formatLayout(
    buildRecipe('nas', { disks: disks(3), firmware: 'uefi', swap: '16G', hibernation: false }),
  ),
  'hosts/backup/disko.nix': formatLayout(MANY),
  'hosts/router/disko.nix': LAPTOP.replace('mountpoint = "/boot";', '').replace('size = "16G"', 'size = "16GiB"'),
  'hosts/shelf/disko.nix':
    '{ disks ? throw "name the disks", ... }:\n{\n  disko.devices.disk.main = {\n    type = "disk";\n    device = builtins.elemAt disks 0;\n    content = { type = "gpt"; partitions = { }; };\n  };\n}\n',
  'hosts/gate/disko.nix': 'import ./shared-layout.nix { disk = "/dev/vda"; }\n',
  'hosts/kube01/configuration.nix': '{ services.openssh.enable = true; }\n',
  'hosts/kube02/disko.nix': '{\n  disko.devices = {\n    disk.main = {\n      device = "/dev/vda"\n    };\n  };\n}\n',
};
