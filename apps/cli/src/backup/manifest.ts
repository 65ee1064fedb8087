import { z } from 'zod';

export const MANIFEST_NAME = 'millrace-backup.json';
/** The last entry: without it the file was cut off. */
export const END_NAME = 'millrace-backup-end.json';
export const FORMAT = 1;

/** The first entry of a backup. */
export const manifest = z.object({
  format: z.number().int(),
  version: z.string(),
  createdAt: z.string(),
  /** Names of the data folder under which rows may hold paths. */
  dataFolders: z.array(z.string()).min(1),
});
export type Manifest = z.infer<typeof manifest>;

export const ending = z.object({ files: z.number().int() });
