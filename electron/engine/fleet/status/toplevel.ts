/**
 * Shell: defines `toplevel`, which prints the NixOS system that a link of a profile leads to. Most often that is the link's
 * own store path. deploy-rs makes a profile of links into the system (its `activatable-…`), and what runs and boots is then
 * the system in it.
 */
export const toplevelFunction = `
toplevel() {
  inner=$(readlink -f "$1/activate" 2>/dev/null)
  inner=\${inner%/activate}
  if [ -e "$inner/bin/switch-to-configuration" ]; then echo "$inner"; else readlink -f "$1"; fi
}
`;
