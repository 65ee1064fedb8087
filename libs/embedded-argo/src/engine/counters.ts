/** How much work the engine did, for tests that hold it to being linear. */
export interface EngineCounters {
  ticks: number;
  transactions: number;
  /** Nodes written to the database. */
  nodesWritten: number;
  /** Tasks and nodes looked at by the reconciler. */
  visits: number;
  attemptsStarted: number;
  /** Attempts whose files are being moved now, before or after they run. */
  movingFiles: number;
}

export function newCounters(): EngineCounters {
  return { ticks: 0, transactions: 0, nodesWritten: 0, visits: 0, attemptsStarted: 0, movingFiles: 0 };
}
