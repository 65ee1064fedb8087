import type { DataFolder } from '../data-folder.js';
import type { UpSettings } from '../settings.js';

/** What the checks of one machine look at: what `millrace up` with the same flags would use. */
export interface MachineContext {
  readonly folder: DataFolder;
  readonly settings: Pick<UpSettings, 'port' | 'python' | 'executor' | 'containerEngine' | 'token' | 'basePath'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of what tasks run with. @default beside the program */
  readonly pythonFolder?: string;
  readonly clock: () => Date;
}
