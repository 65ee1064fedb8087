import { preparePython } from './python.js';

/** Vitest's global setup: one environment with the real kfp package for all files. */
export default async function setup(): Promise<void> {
  process.env['MILLRACE_E2E_KFP'] = (await preparePython()) ?? '';
}
