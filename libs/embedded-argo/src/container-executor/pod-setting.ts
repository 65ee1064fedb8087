import type { Mount } from '../executor.js';
import type { EngineClient } from './engine-client.js';
import type { Images } from './images.js';

/** What all pods of an executor have in common. */
export interface PodSetting {
  readonly folder: string;
  readonly owner: string;
  readonly client: EngineClient;
  readonly images: Images;
  /** Folders that every main container sees at their own paths. */
  readonly shared: readonly Mount[];
  readonly taskEnvironment: Readonly<Record<string, string>>;
  /** Who tasks are, so that the user can remove what they leave. */
  readonly user: string;
  readonly graceMs: number;
  /** First processes cannot be given; learnt from the engine's first refusal. */
  noInit: boolean;
}
