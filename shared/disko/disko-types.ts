import type { TypeSchema } from './type-schema.ts';

/**
 * disko's types and options, as disko 1.13.0 (commit 878ec37) evaluates them with nixpkgs' lib. A fact table: the names and
 * defaults are disko's, nothing here is chosen by us.
 */
export const diskoTypes = {
  disk: {
    kind: 'toplevel',
    description: 'A physical or virtual disk that disko may wipe.',
    hasHooks: true,
    options: {
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'gpt', 'luks', 'lvm_pv', 'mdraid', 'swap', 'table', 'zfs'],
        description: 'What the whole disk holds, usually a gpt table.',
      },
      destroy: {
        type: 'bool',
        default: true,
        description: 'If false, destroy stage leaves this disk alone.',
      },
      device: {
        type: 'absolutePath',
        required: true,
        description: 'Absolute path of the disk; prefer /dev/disk/by-id/.',
      },
      imageName: {
        type: 'string',
        advanced: true,
        computed: 'name',
        description: 'File name when disko builds disk images.',
      },
      imageSize: {
        type: 'string',
        pattern: '[0-9]+[KMGTP]?',
        default: '2G',
        advanced: true,
        description: 'Size of the built image, as for qemu-img.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name with "/" replaced by "_"',
        description: 'Name used in partition labels; defaults to the attribute name.',
      },
      type: {
        type: 'enum',
        values: ['disk'],
        default: 'disk',
        description: 'Always "disk".',
      },
    },
  },
  gpt: {
    kind: 'content',
    description: 'GPT partition table.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device that gets the table; inherited from parent.',
      },
      efiGptPartitionFirst: {
        type: 'bool',
        default: true,
        advanced: true,
        description: 'Put the protective 0xEE entry first in a hybrid MBR.',
      },
      partitions: {
        type: 'attrsOf',
        default: {},
        item: 'gpt_partition',
        of: {
          type: 'submodule',
        },
        description: 'Partitions by name; order comes from priority, then name.',
      },
      type: {
        type: 'enum',
        values: ['gpt'],
        required: true,
        description: 'Always "gpt".',
      },
    },
  },
  gpt_partition: {
    kind: 'sub',
    description: 'One GPT partition.',
    hasHooks: false,
    options: {
      alignment: {
        type: 'int',
        advanced: true,
        computed: '1 if start or end ends in "s", else 0',
        description: 'sgdisk alignment; 1 where start or end is in sectors.',
      },
      attributes: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'int',
        },
        description: 'GPT attribute bits to set, 0 to 63.',
      },
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'luks', 'lvm_pv', 'mdraid', 'swap', 'zfs'],
        description: 'What the partition holds; null leaves it unformatted.',
      },
      device: {
        type: 'string',
        advanced: true,
        computed:
          'by-partuuid if uuid set; md-name-any path if parent is mdadm; else /dev/disk/by-partlabel/ + udev-escaped label',
        description: 'Device path used for the content; derived from uuid or label.',
      },
      end: {
        type: 'string',
        computed: '"-0" if size is "100%", else "+${size}"',
        description: 'Last sector; +size, -fromEnd, absolute; overrides size.',
      },
      hybrid: {
        type: 'submodule',
        nullable: true,
        default: null,
        item: 'gpt_hybrid',
        advanced: true,
        description: 'Also list the partition in a hybrid MBR.',
      },
      label: {
        type: 'string',
        advanced: true,
        computed: '"${parent.type}-${parent.name}-${name}"; over 36 characters: first 36 of its sha256',
        description: 'GPT name, at most 36 characters; makes by-partlabel path.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Partition name; feeds the label; defaults to attribute name.',
      },
      priority: {
        type: 'int',
        computed: '9001 if size is "100%"; 100 if type is "EF02" (upper case); else 1000',
        description: 'Creation order; smaller comes first on the disk.',
      },
      size: {
        type: 'either',
        anyOf: [
          {
            type: 'enum',
            values: ['100%'],
          },
          {
            type: 'string',
            pattern: '[0-9]+[KMGTP]?',
          },
        ],
        computed: '"0" (so end becomes "+0": a one-sector partition; always give size or end)',
        description: 'Size such as 512M or 20G, or 100% for rest.',
      },
      start: {
        type: 'string',
        default: '0',
        advanced: true,
        description: 'First sector in sgdisk form; 0 means next free.',
      },
      type: {
        type: 'either',
        anyOf: [
          {
            type: 'string',
            pattern: '[A-Fa-f0-9]{4}',
          },
          {
            type: 'string',
            pattern: '[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}',
          },
        ],
        computed: '"8200" if content is swap, else "8300"',
        description: 'sgdisk four-digit code or full type GUID.',
      },
      uuid: {
        type: 'string',
        pattern: '[[:xdigit:]]{8}-[[:xdigit:]]{4}-[[:xdigit:]]{4}-[[:xdigit:]]{4}-[[:xdigit:]]{12}',
        nullable: true,
        advanced: true,
        computed: 'null',
        description: 'Fixed partition GUID; null makes a random one.',
      },
    },
  },
  gpt_hybrid: {
    kind: 'sub',
    description: 'Entry of a GPT partition in the hybrid MBR.',
    hasHooks: false,
    options: {
      mbrBootableFlag: {
        type: 'bool',
        description: 'Mark the MBR entry active.',
      },
      mbrPartitionType: {
        type: 'string',
        nullable: true,
        default: null,
        description: 'MBR type code, such as 0x0c.',
      },
    },
  },
  table: {
    kind: 'content',
    description: 'Deprecated parted table; the only way to get MBR.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device that gets the table; inherited from parent.',
      },
      format: {
        type: 'enum',
        values: ['gpt', 'msdos'],
        default: 'gpt',
        description: 'Table kind: gpt or msdos.',
      },
      partitions: {
        type: 'listOf',
        default: [],
        item: 'table_partition',
        of: {
          type: 'submodule',
        },
        description: 'Partitions, as an ordered list.',
      },
      type: {
        type: 'enum',
        values: ['table'],
        required: true,
        description: 'Always "table".',
      },
    },
  },
  table_partition: {
    kind: 'sub',
    description: 'One partition of a legacy table.',
    hasHooks: false,
    options: {
      bootable: {
        type: 'bool',
        description: 'Set the boot flag (ESP on gpt).',
      },
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'luks', 'lvm_pv', 'mdraid', 'swap', 'zfs'],
        description: 'What the partition holds; null leaves it unformatted.',
      },
      end: {
        type: 'string',
        default: '100%',
        description: 'End in parted form, such as 100%.',
      },
      flags: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'parted flags to set, such as bios_grub.',
      },
      'fs-type': {
        type: 'enum',
        values: [
          'bcachefs',
          'btrfs',
          'ext2',
          'ext3',
          'ext4',
          'fat16',
          'fat32',
          'hfs',
          'hfs+',
          'linux-swap',
          'ntfs',
          'reiserfs',
          'udf',
          'xfs',
        ],
        nullable: true,
        default: null,
        advanced: true,
        description: 'parted file system hint only; formats nothing.',
      },
      name: {
        type: 'string',
        nullable: true,
        default: null,
        advanced: true,
        description: 'Partition name; needed where format is gpt.',
      },
      'part-type': {
        type: 'enum',
        values: ['primary', 'logical', 'extended'],
        default: 'primary',
        description: 'MBR partition kind.',
      },
      start: {
        type: 'string',
        default: '0%',
        advanced: true,
        description: 'Start in parted form, such as 1MiB.',
      },
    },
  },
  filesystem: {
    kind: 'content',
    description: 'A single-device file system made with mkfs.FORMAT.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to format; inherited from parent.',
      },
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for mkfs, each shell-quoted.',
      },
      format: {
        type: 'string',
        required: true,
        description: 'File system: ext4, xfs, vfat, btrfs, f2fs and others.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Mount options, also written to fileSystems.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Absolute mount path; null formats without mounting.',
      },
      type: {
        type: 'enum',
        values: ['filesystem'],
        required: true,
        description: 'Always "filesystem".',
      },
    },
  },
  btrfs: {
    kind: 'content',
    description: 'Btrfs with subvolumes and swap files.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to format; inherited from parent.',
      },
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra mkfs.btrfs arguments; further RAID devices go here.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Options for mounting the top-level volume.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Where to mount the top-level volume; usually null.',
      },
      subvolumes: {
        type: 'attrsOf',
        default: {},
        item: 'btrfs_subvol',
        of: {
          type: 'submodule',
        },
        description: 'Subvolumes by path.',
      },
      swap: {
        type: 'attrsOf',
        default: {},
        item: 'btrfs_swapfile',
        of: {
          type: 'submodule',
        },
        description: 'Swap files on the top-level volume.',
      },
      type: {
        type: 'enum',
        values: ['btrfs'],
        required: true,
        description: 'Always "btrfs".',
      },
    },
  },
  btrfs_subvol: {
    kind: 'sub',
    description: 'One btrfs subvolume.',
    hasHooks: false,
    options: {
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for btrfs subvolume create.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Mount options; subvol=NAME is added by disko.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Absolute mount path; null creates without mounting.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Path inside the file system; defaults to attribute name.',
      },
      swap: {
        type: 'attrsOf',
        default: {},
        item: 'btrfs_swapfile',
        of: {
          type: 'submodule',
        },
        description: 'Swap files inside this subvolume; needs a mountpoint.',
      },
      type: {
        type: 'enum',
        values: ['btrfs_subvol'],
        default: 'btrfs_subvol',
        description: 'Always "btrfs_subvol".',
      },
    },
  },
  btrfs_swapfile: {
    kind: 'sub',
    description: 'A swap file on btrfs.',
    hasHooks: false,
    options: {
      options: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
          pattern: '.+',
        },
        description: 'Options used when swapping on.',
      },
      path: {
        type: 'string',
        computed: 'attribute name',
        description: 'Path relative to the mountpoint; defaults to attribute name.',
      },
      priority: {
        type: 'int',
        nullable: true,
        default: null,
        description: 'Swap priority 0 to 32767; null lets kernel choose.',
      },
      size: {
        type: 'string',
        pattern: '^([0-9]+[KMGTP])?$',
        required: true,
        description: 'Size with unit, such as 8G.',
      },
    },
  },
  swap: {
    kind: 'content',
    description: 'A swap partition.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to use; inherited from parent.',
      },
      discardPolicy: {
        type: 'enum',
        values: ['once', 'pages', 'both'],
        nullable: true,
        default: null,
        description: 'When to discard: once, pages, both, or null.',
      },
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra mkswap arguments.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
          pattern: '.+',
        },
        description: 'Options used when swapping on.',
      },
      priority: {
        type: 'int',
        nullable: true,
        default: null,
        description: 'Swap priority 0 to 32767; null lets kernel choose.',
      },
      randomEncryption: {
        type: 'bool',
        description: 'New random key at each boot; rules out hibernation.',
      },
      resumeDevice: {
        type: 'bool',
        description: 'Also set boot.resumeDevice, for hibernation.',
      },
      type: {
        type: 'enum',
        values: ['swap'],
        required: true,
        description: 'Always "swap".',
      },
    },
  },
  luks: {
    kind: 'content',
    description: 'LUKS encrypted container.',
    hasHooks: true,
    options: {
      additionalKeyFiles: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'absolutePath',
        },
        description: 'More key files added as LUKS slots.',
      },
      askPassword: {
        type: 'bool',
        computed: 'true unless keyFile, passwordFile or settings.keyFile is set',
        description: 'Ask at install; default when no key is given.',
      },
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'gpt', 'luks', 'lvm_pv', 'mdraid', 'swap', 'table', 'zfs'],
        description: 'What the opened container holds.',
      },
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to encrypt; inherited from parent.',
      },
      extraFormatArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for cryptsetup luksFormat.',
      },
      extraOpenArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for cryptsetup open.',
      },
      initrdUnlock: {
        type: 'bool',
        default: true,
        advanced: true,
        description: 'Unlock in the initrd; needed for root.',
      },
      keyFile: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Deprecated; use passwordFile or settings.keyFile.',
      },
      name: {
        type: 'string',
        required: true,
        description: 'Mapper name; must be unique on the machine.',
      },
      passwordFile: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'File with the install password; boot still asks.',
      },
      settings: {
        type: 'attrsOf',
        default: {},
        of: {
          type: 'any',
        },
        description: 'Passed to boot.initrd.luks.devices.NAME; keyFile also used at install.',
      },
      type: {
        type: 'enum',
        values: ['luks'],
        required: true,
        description: 'Always "luks".',
      },
    },
  },
  lvm_pv: {
    kind: 'content',
    description: 'LVM physical volume; member of a volume group.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to use; inherited from parent.',
      },
      type: {
        type: 'enum',
        values: ['lvm_pv'],
        required: true,
        description: 'Always "lvm_pv".',
      },
      vg: {
        type: 'string',
        required: true,
        refersTo: 'lvm_vg',
        description: 'Name of the volume group in lvm_vg.',
      },
    },
  },
  lvm_vg: {
    kind: 'toplevel',
    description: 'LVM volume group.',
    hasHooks: true,
    options: {
      lvs: {
        type: 'attrsOf',
        default: {},
        item: 'lvm_lv',
        of: {
          type: 'submodule',
        },
        description: 'Logical volumes by name.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Volume group name; defaults to attribute name.',
      },
      type: {
        type: 'enum',
        values: ['lvm_vg'],
        required: true,
        description: 'Always "lvm_vg".',
      },
    },
  },
  lvm_lv: {
    kind: 'sub',
    description: 'LVM logical volume.',
    hasHooks: false,
    options: {
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'luks', 'lvm_pv', 'mdraid', 'swap', 'zfs'],
        description: 'What the volume holds; null for thin pools.',
      },
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for lvcreate.',
      },
      lvm_type: {
        type: 'enum',
        values: ['mirror', 'raid0', 'raid1', 'raid4', 'raid5', 'raid6', 'thin-pool', 'thinlv'],
        nullable: true,
        default: null,
        description: 'Segment type; null is linear.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Volume name; defaults to attribute name.',
      },
      pool: {
        type: 'string',
        nullable: true,
        default: null,
        refersTo: 'lvm_lv of the same group with lvm_type thin-pool',
        description: 'Thin pool name; needed for thinlv.',
      },
      priority: {
        type: 'int',
        computed: '(501 if thin-pool else 1000) + (251 if size contains "100%")',
        description: 'Creation order; thin pools first, 100% last.',
      },
      size: {
        type: 'string',
        required: true,
        description: '10G, 50%VG, 100%FREE; N% means N%FREE.',
      },
    },
  },
  mdraid: {
    kind: 'content',
    description: 'Member of a Linux software RAID.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to use; inherited from parent.',
      },
      name: {
        type: 'string',
        required: true,
        refersTo: 'mdadm',
        description: 'Name of the array in mdadm.',
      },
      type: {
        type: 'enum',
        values: ['mdraid'],
        required: true,
        description: 'Always "mdraid".',
      },
    },
  },
  mdadm: {
    kind: 'toplevel',
    description: 'Linux software RAID array.',
    hasHooks: true,
    options: {
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'gpt', 'luks', 'lvm_pv', 'mdraid', 'swap', 'table', 'zfs'],
        description: 'What the array holds.',
      },
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for mdadm --create.',
      },
      level: {
        type: 'int',
        default: 1,
        description: 'RAID level number; not checked by disko.',
      },
      metadata: {
        type: 'enum',
        values: ['1', '1.0', '1.1', '1.2', 'default', 'ddf', 'imsm'],
        default: 'default',
        advanced: true,
        description: 'Superblock version; use 1.0 for an ESP mirror.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Array name; device is /dev/md/NAME.',
      },
      type: {
        type: 'enum',
        values: ['mdadm'],
        default: 'mdadm',
        description: 'Always "mdadm".',
      },
    },
  },
  zfs: {
    kind: 'content',
    description: 'Member of a ZFS pool.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to use; inherited from parent.',
      },
      pool: {
        type: 'string',
        required: true,
        refersTo: 'zpool',
        description: 'Name of the pool in zpool.',
      },
      type: {
        type: 'enum',
        values: ['zfs'],
        required: true,
        description: 'Always "zfs".',
      },
    },
  },
  zpool: {
    kind: 'toplevel',
    description: 'ZFS pool.',
    hasHooks: true,
    options: {
      datasets: {
        type: 'attrsOf',
        item: ['zfs_fs', 'zfs_volume'],
        of: {
          type: 'content',
          contentTypes: ['zfs_fs', 'zfs_volume'],
        },
        computed: '{ } plus __root, which disko adds itself (never export it)',
        description: 'Datasets and volumes by path below the pool.',
      },
      mode: {
        type: 'either',
        default: '',
        anyOf: [
          {
            type: 'enum',
            values: ['', 'mirror', 'raidz', 'raidz1', 'raidz2', 'raidz3'],
          },
          {
            type: 'attrsOf',
          },
        ],
        description: '"" stripe, mirror, raidzN, or a topology of vdevs.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Mount options of the root dataset.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Where the root dataset is mounted; null for none.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Pool name; defaults to attribute name.',
      },
      options: {
        type: 'attrsOf',
        default: {},
        of: {
          type: 'string',
        },
        description: 'Pool properties (zpool create -o); string values.',
      },
      rootFsOptions: {
        type: 'attrsOf',
        default: {},
        of: {
          type: 'string',
        },
        description: 'Root dataset properties (-O), inherited; string values.',
      },
      type: {
        type: 'enum',
        values: ['zpool'],
        default: 'zpool',
        description: 'Always "zpool".',
      },
    },
  },
  zfs_fs: {
    kind: 'sub',
    description: 'ZFS file system dataset.',
    hasHooks: true,
    options: {
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Mount options.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Absolute mount path; null means not mounted by NixOS.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Path below the pool; defaults to attribute name.',
      },
      options: {
        type: 'attrsOf',
        default: {},
        of: {
          type: 'string',
        },
        description: 'Dataset properties; string values; mountpoint may be legacy or none.',
      },
      type: {
        type: 'enum',
        values: ['zfs_fs'],
        required: true,
        default: 'zfs_fs',
        description: 'Always "zfs_fs".',
      },
    },
  },
  zfs_volume: {
    kind: 'sub',
    description: 'ZFS block volume (zvol).',
    hasHooks: true,
    options: {
      content: {
        type: 'content',
        nullable: true,
        default: null,
        contentTypes: ['bcachefs', 'btrfs', 'filesystem', 'luks', 'lvm_pv', 'mdraid', 'swap', 'zfs'],
        description: 'What the volume holds.',
      },
      extraArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for zfs create.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Unused by disko for volumes.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Path below the pool; defaults to attribute name.',
      },
      options: {
        type: 'attrsOf',
        default: {},
        of: {
          type: 'string',
        },
        description: 'Volume properties; string values.',
      },
      size: {
        type: 'string',
        nullable: true,
        default: null,
        description: 'Volume size; null fails at evaluation.',
      },
      type: {
        type: 'enum',
        values: ['zfs_volume'],
        required: true,
        default: 'zfs_volume',
        description: 'Always "zfs_volume".',
      },
    },
  },
  bcachefs: {
    kind: 'content',
    description: 'Member of a bcachefs file system.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: 'inherited from the parent',
        description: 'Device to use; inherited from parent.',
      },
      extraFormatArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra per-device format arguments.',
      },
      filesystem: {
        type: 'string',
        required: true,
        refersTo: 'bcachefs_filesystem',
        description: 'Name of the file system in bcachefs_filesystems.',
      },
      label: {
        type: 'string',
        advanced: true,
        computed: '""',
        description: 'Device label, such as group.name.',
      },
      type: {
        type: 'enum',
        values: ['bcachefs'],
        required: true,
        description: 'Always "bcachefs".',
      },
    },
  },
  bcachefs_filesystem: {
    kind: 'toplevel',
    description: 'bcachefs file system over one or more members.',
    hasHooks: true,
    options: {
      extraFormatArgs: {
        type: 'listOf',
        default: [],
        advanced: true,
        of: {
          type: 'string',
        },
        description: 'Extra arguments for bcachefs format.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['X-mount.mkdir'],
        of: {
          type: 'string',
        },
        description: 'Mount options; X-mount.mkdir is added.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Absolute mount path; null for none.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Name; defaults to attribute name.',
      },
      passwordFile: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Password file; setting it turns on encryption.',
      },
      subvolumes: {
        type: 'attrsOf',
        default: {},
        item: 'bcachefs_subvolume',
        of: {
          type: 'submodule',
        },
        description: 'Subvolumes by path.',
      },
      type: {
        type: 'enum',
        values: ['bcachefs_filesystem'],
        required: true,
        description: 'Always "bcachefs_filesystem".',
      },
      uuid: {
        type: 'string',
        pattern: '[[:xdigit:]]{8}-[[:xdigit:]]{4}-[[:xdigit:]]{4}-[[:xdigit:]]{4}-[[:xdigit:]]{12}',
        advanced: true,
        computed: 'first 32 hex digits of sha256(name), dashed',
        description: 'File system UUID; derived from the name by default.',
      },
    },
  },
  bcachefs_subvolume: {
    kind: 'sub',
    description: 'One bcachefs subvolume.',
    hasHooks: false,
    options: {
      mountOptions: {
        type: 'listOf',
        of: {
          type: 'string',
        },
        computed: '[ "X-mount.mkdir" "X-mount.subdir=NAME" ]',
        description: 'Mount options; subdir is added.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        default: null,
        description: 'Absolute mount path; null creates without mounting.',
      },
      name: {
        type: 'string',
        advanced: true,
        computed: 'attribute name',
        description: 'Path inside the file system; defaults to attribute name.',
      },
      type: {
        type: 'enum',
        values: ['bcachefs_subvolume'],
        default: 'bcachefs_subvolume',
        description: 'Always "bcachefs_subvolume".',
      },
    },
  },
  nodev: {
    kind: 'toplevel',
    description: 'Mount without a block device: tmpfs, bind, nfs.',
    hasHooks: true,
    options: {
      device: {
        type: 'string',
        advanced: true,
        computed: '"none"; fsType for proc sysfs tmpfs ramfs devtmpfs devpts',
        description: 'Device field; becomes fsType for tmpfs and kin.',
      },
      fsType: {
        type: 'string',
        required: true,
        description: 'File system type, such as tmpfs.',
      },
      mountOptions: {
        type: 'listOf',
        default: ['defaults'],
        of: {
          type: 'string',
        },
        description: 'Mount options, such as size=2G and mode=755.',
      },
      mountpoint: {
        type: 'absolutePath',
        nullable: true,
        computed: 'attribute name',
        description: 'Absolute mount path; defaults to the attribute name.',
      },
      type: {
        type: 'enum',
        values: ['nodev'],
        default: 'nodev',
        description: 'Always "nodev".',
      },
    },
  },
  zpool_topology: {
    kind: 'sub',
    description: 'Explicit vdev layout of a pool.',
    hasHooks: false,
    options: {
      type: {
        type: 'enum',
        values: ['topology'],
        required: true,
        description: 'Always "topology".',
      },
      vdev: {
        type: 'listOf',
        default: [],
        item: 'zpool_vdev',
        of: {
          type: 'submodule',
        },
        description: 'Data vdevs.',
      },
      log: {
        type: 'listOf',
        default: [],
        item: 'zpool_vdev',
        of: {
          type: 'submodule',
        },
        description: 'Intent log vdevs.',
      },
      dedup: {
        type: 'listOf',
        default: [],
        item: 'zpool_vdev',
        of: {
          type: 'submodule',
        },
        description: 'Deduplication table vdevs.',
      },
      special: {
        type: 'listOf',
        default: [],
        item: 'zpool_vdev',
        of: {
          type: 'submodule',
        },
        description: 'Special allocation vdevs, one or a list.',
      },
      spare: {
        type: 'listOf',
        default: [],
        of: {
          type: 'string',
        },
        description: 'Hot spares.',
      },
      cache: {
        type: 'listOf',
        default: [],
        of: {
          type: 'string',
        },
        description: 'L2ARC cache devices.',
      },
    },
  },
  zpool_vdev: {
    kind: 'sub',
    description: 'One vdev of a pool.',
    hasHooks: false,
    options: {
      mode: {
        type: 'enum',
        values: ['', 'mirror', 'raidz', 'raidz1', 'raidz2', 'raidz3'],
        default: '',
        description: '"" single or stripe, mirror, raidz1 to raidz3.',
      },
      members: {
        type: 'listOf',
        default: [],
        refersTo: 'disk (its partition must be called "zfs") or absolute path',
        of: {
          type: 'string',
        },
        description: 'Absolute device paths, or disk names with partition "zfs".',
      },
    },
  },
} as const satisfies Readonly<Record<string, TypeSchema>>;
