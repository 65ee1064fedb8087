import { EnvironmentError, type Environment } from './environments.js';
import type { ProcessExecutorParts } from './process-executor-parts.js';
import type { RecognisedCommand } from './recognise-command.js';
import { normaliseRequirements, withSdk } from './requirements.js';

/** Which environment a command runs in: one with what it installs, with the SDK, or in need the machine's own. */
export class TaskEnvironments {
  private noDefaultEnvironmentUntil = 0;

  constructor(private readonly parts: Pick<ProcessExecutorParts, 'environments' | 'bareEnvironment' | 'sdk' | 'log'>) {}

  /** At once when it is there; otherwise it is made. Rejects with EnvironmentError when it cannot be. */
  of(recognised: RecognisedCommand, tell: (message: string) => void): Environment | Promise<Environment> {
    const { environments, sdk, bareEnvironment } = this.parts;
    const wanted = normaliseRequirements(recognised.pip);
    if (recognised.launch || wanted.pip.length > 0) {
      const needed = recognised.launch ? withSdk(wanted, sdk) : wanted;
      return environments.find(needed) ?? environments.ensure(needed, tell);
    }
    if (Date.now() < this.noDefaultEnvironmentUntil) return bareEnvironment;
    return environments.find({ pip: [sdk] }) ?? environments.ensure({ pip: [sdk] }, tell).catch((error: unknown) => this.bareInstead(error));
  }

  /** A plain command seldom needs the SDK: better with the machine's Python than not at all. */
  private bareInstead(error: unknown): Environment {
    if (!(error instanceof EnvironmentError)) throw error;
    this.noDefaultEnvironmentUntil = Date.now() + 60_000;
    this.parts.log.warn(`Plain commands use the Python of this machine for now: ${error.message}`);
    return this.parts.bareEnvironment;
  }
}
