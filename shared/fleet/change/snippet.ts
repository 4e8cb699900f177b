import type { Host } from '../../contract/host.ts';
import { formatName, formatValue, NixExpression, type NixValue } from '../../nix/value.ts';
import type { HostChange } from './change.ts';

/** What a person puts into a flake by hand, in the words of the output that the host comes from; null: nothing to write. */
export function snippetOf(change: HostChange, hosts: readonly Host[]): string | null {
  const host = (name: string): Host | undefined => hosts.find((item) => item.name === name);
  const isDeployRs = (name: string): boolean => {
    const sources = host(name)?.sources ?? [];
    return sources.includes('deploy') && !sources.some((kind) => ['colmena', 'colmenaHive', 'hive.nix'].includes(kind));
  };
  // Without colmena's options nothing takes them.
  const hasDeployment = hosts.some(
    ({ name, sources, target }) =>
      sources.some((kind) => kind !== 'nixosConfigurations' && kind !== 'deploy') ||
      (!sources.includes('deploy') && target !== null && target.host !== name),
  );
  switch (change.kind) {
    case 'add': {
      const { name, address, user, port } = change.host;
      const value =
        change.like !== null && isDeployRs(change.like)
          ? deployNode(name, { address, user, port })
          : hiveNode(change.host);
      if (!hasDeployment && !(change.like !== null && isDeployRs(change.like))) return configuration(name);
      return binding(name, value);
    }
    case 'retarget': {
      if (!hasDeployment && !isDeployRs(change.name)) return null;
      const { address, user, port } = change.target;
      const entries: Record<string, NixValue> = isDeployRs(change.name)
        ? {
            hostname: address,
            ...(user === null || user === undefined ? {} : { sshUser: user }),
            ...(port === null || port === undefined ? {} : { sshOpts: ['-p', String(port)] }),
          }
        : {
            'deployment.targetHost': address,
            ...(user === undefined ? {} : { 'deployment.targetUser': user }),
            ...(port === null || port === undefined ? {} : { 'deployment.targetPort': port }),
          };
      return Object.entries(entries)
        .map(([path, item]) => `${path} = ${formatValue(item)};\n`)
        .join('');
    }
    case 'retag': {
      if (!hasDeployment) return null;
      const tags = change.names.map((name) => {
        const old = host(name)?.tags ?? [];
        return [...new Set([...old.filter((tag) => !change.remove.includes(tag)), ...change.add])];
      });
      const [first = []] = tags;
      // Hosts that end with different tags need a line each.
      if (tags.every((item) => item.join() === first.join())) return `deployment.tags = ${formatValue(first)};\n`;
      return change.names
        .map(
          (name, index) =>
            `# ${name.replaceAll(/[\r\n]/g, ' ')}\ndeployment.tags = ${formatValue(tags[index] ?? [])};\n`,
        )
        .join('');
    }
    case 'rename':
      return `networking.hostName = ${formatValue(change.newName)};\n`;
    case 'retire':
      return null;
  }
}

function binding(name: string, value: NixValue): string {
  return `${formatName(name)} = ${formatValue(value)};\n`;
}

function hiveNode({
  name,
  address,
  user,
  port,
  tags,
  stateVersion,
}: Extract<HostChange, { kind: 'add' }>['host']): NixValue {
  return {
    imports: [new NixExpression(`./hosts/${name}`)],
    deployment: {
      targetHost: address,
      ...(user === null ? {} : { targetUser: user }),
      ...(port === null ? {} : { targetPort: port }),
      ...(tags.length === 0 ? {} : { tags: [...tags] }),
    },
    networking: { hostName: name },
    system: { stateVersion },
  };
}

function deployNode(
  name: string,
  { address, user, port }: { address: string | null; user: string | null; port: number | null },
): NixValue {
  const path = `deploy-rs.lib.x86_64-linux.activate.nixos self.nixosConfigurations.${formatName(name)}`;
  return {
    hostname: address ?? name,
    ...(port === null ? {} : { sshOpts: ['-p', String(port)] }),
    profiles: { system: { user: 'root', ...(user === null ? {} : { sshUser: user }), path: new NixExpression(path) } },
  };
}

function configuration(name: string): string {
  return `${formatName(name)} = nixpkgs.lib.nixosSystem {\n  system = "x86_64-linux";\n  modules = [ ./hosts/${name} ];\n};\n`;
}
