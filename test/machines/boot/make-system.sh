# make-system.sh LOADER NUMBER [FAILS]: a system with what its boot needs, as the generation NUMBER.
set -eu
system=/nix/store/$(printf '%032d' "$2")-nixos-system-machine-26.05
mkdir -p "$system/bin"
echo "$1" > "$system/boot-loader"
echo '26.05' > "$system/nixos-version"
echo "${3-}" > "$system/fails"
echo "loglevel=4 console=ttyS0 panic=-1" > "$system/kernel-params"
: > "$system/init"
cp /tmp/switch-to-configuration.sh "$system/bin/switch-to-configuration"
chmod 755 "$system/bin/switch-to-configuration"
ln -sfn "$system" "/nix/var/nix/profiles/system-$2-link"
echo "$system"
