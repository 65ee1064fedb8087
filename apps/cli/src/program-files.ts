import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The bundle lies in dist/ with everything it needs beside it.
const dist = dirname(fileURLToPath(import.meta.url));

/** What is shipped beside the program. */
export const programFiles = {
  program: join(dist, 'millrace.mjs'),
  parseWorker: join(dist, 'millrace-parse-worker.mjs'),
  pages: join(dist, 'pages'),
  /** The supervisor that runs tasks. */
  python: join(dist, 'python'),
  samplePipeline: join(dist, 'sample', 'addition-pipeline.yaml'),
  /** Python environments made at build time. */
  environments: join(dist, 'environments'),
} as const;
