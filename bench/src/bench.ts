export interface BenchOptions {
  /** The sizes that the published figures have; otherwise sizes that take seconds. */
  readonly full: boolean;
}

export type Bench = (options: BenchOptions) => Promise<void>;
