export interface BenchOptions {
  /** The sizes that the published figures have; otherwise sizes that take seconds. */
  readonly full: boolean;
  /** What `--name=value` says. */
  readonly option: (name: string) => string | undefined;
}

export type Bench = (options: BenchOptions) => Promise<void>;
