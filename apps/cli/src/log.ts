export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** One line an entry on stderr: time, level, message, facts as JSON. `info` is left out unless `verbose`. */
export function createLog({ verbose = false }: { verbose?: boolean } = {}): Log {
  return (level, message, facts) => {
    if (level === 'info' && !verbose) return;
    const tail = facts === undefined ? '' : ` ${JSON.stringify(facts)}`;
    process.stderr.write(`${new Date().toISOString()} ${level} ${message}${tail}\n`);
  };
}
