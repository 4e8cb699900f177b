# disko's old type of a table: one for a machine that starts by BIOS, and one in the units that people write.
{
  disko.devices.disk = {
    main = {
      type = "disk";
      device = "/dev/disk/by-id/virtio-MAIN";
      content = {
        type = "table";
        format = "msdos";
        partitions = [
          {
            name = "boot";
            part-type = "primary";
            start = "1M";
            end = "500M";
            bootable = true;
            content = {
              type = "filesystem";
              format = "ext4";
              mountpoint = "/boot";
            };
          }
          {
            name = "root";
            part-type = "primary";
            start = "500M";
            end = "100%";
            content = {
              type = "filesystem";
              format = "ext4";
              mountpoint = "/";
            };
          }
        ];
      };
    };
    data = {
      type = "disk";
      device = "/dev/disk/by-id/virtio-DATA";
      content = {
        type = "table";
        format = "gpt";
        partitions = [
          {
            name = "swap";
            start = "1MiB";
            end = "513MiB";
            content.type = "swap";
          }
          {
            name = "srv";
            start = "513MiB";
            end = "50%";
            content = {
              type = "filesystem";
              format = "xfs";
              mountpoint = "/srv";
            };
          }
          {
            name = "free";
            start = "50%";
            end = "-1GB";
          }
        ];
      };
    };
  };
}
