export type LogLevel = 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, facts?: Readonly<Record<string, unknown>>) => void;

const RANK: Readonly<Record<LogLevel, number>> = { info: 0, warn: 1, error: 2 };

/** One JSON object a line on stdout, as log collectors take it. */
export function createLog({ service, level: least }: { readonly service: string; readonly level: LogLevel }): Log {
  return (level, message, facts) => {
    if (RANK[level] < RANK[least]) return;
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, service, message, ...facts })}\n`);
  };
}
