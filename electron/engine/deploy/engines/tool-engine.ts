import { sshTarget } from '../../ssh/target.ts';
import type { ToolProgram } from '../spec.ts';
import type { DeployEngine } from './engine.ts';
import { ToolPassage } from './tool-passage.ts';
import type { Tool } from './tool.ts';

/** An engine that runs a program of its own for each host. */
export function toolEngine(tool: Tool, program: ToolProgram): DeployEngine {
  return {
    passage: (at) => new ToolPassage(at, tool, program),
    commands: (spec, host, files) => {
      const target = host.target === null ? null : sshTarget(host.target, host.sshOptions);
      const needsSudo = target !== null && target.user !== 'root' && host.privilegeCommand.length > 0;
      const { argv, env } = tool.command({ program, spec, host, files, needsSudo, secrets: {} });
      return Promise.resolve([{ host: host.name, stage: 'build', where: 'here', argv: [...argv], env: { ...env } }]);
    },
  };
}
