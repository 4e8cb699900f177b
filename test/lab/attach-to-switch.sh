#!/bin/sh
# Plugs a new machine into the lab's switch; runs inside the switch's namespaces.
#   attach-to-switch.sh NETWORK_FILE PORT ADDRESS MAC
# NETWORK_FILE becomes the handle of the machine's network namespace; it outlives reboots of the machine.
set -eu
network=$1 port=$2 address=$3 mac=$4
touch "$network"
unshare --net="$network" true
# The hardware address follows from the IP address: with a random one, a recreated machine cannot be reached for
# half a minute because its neighbours still know the old one.
ip link add "$port" type veth peer name eth0 address "$mac" netns "$network"
ip link set "$port" master lab0 up
nsenter --net="$network" sh -c "ip address add $address/24 dev eth0 && ip link set eth0 up && ip link set lo up"
