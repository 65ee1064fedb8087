import type { AttemptSpec, ContainerSpec } from '../executor.js';

const WITHHELD = '(secret)';

/** The spec as it may be written down: the values of secrets are left out, also where they were put into arguments. */
export function withoutSecrets(spec: AttemptSpec): AttemptSpec {
  const { companions } = spec;
  return { ...spec, ...withheld(spec), ...(companions !== undefined && { companions: companions.map((companion) => ({ ...companion, ...withheld(companion) })) }) };
}

function withheld({ secretNames = [], env, command, args }: ContainerSpec): Partial<ContainerSpec> {
  if (secretNames.length === 0) return {};
  const values = secretNames.flatMap((name) => env[name] || []);
  const hide = (text: string): string => values.reduce((hidden, value) => hidden.replaceAll(value, WITHHELD), text);
  return {
    command: command.map(hide),
    args: args.map(hide),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, secretNames.includes(name) ? WITHHELD : hide(value)])),
  };
}
