/** A lease as far as members read it. */
export interface Lease {
  readonly name: string;
  /** Changes with every write. */
  readonly version: string;
  /** Empty: nobody's. */
  readonly holder: string;
}

/** Where members meet. Every write names the version it replaces; ABORTED when it is not the newest. Nothing is retried. */
export interface LeaseStore {
  list(): Promise<readonly Lease[]>;
  /** ALREADY_EXISTS when there is one of that name. */
  create(name: string, holder: string): Promise<Lease>;
  update(lease: Lease, holder: string): Promise<Lease>;
  delete(lease: Lease): Promise<void>;
}
