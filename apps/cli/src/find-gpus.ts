import { readdirSync } from 'node:fs';

/**
 * The GPUs of this machine that tasks may be given, as CUDA_VISIBLE_DEVICES names them: those that the user's own environment allows, else
 * all that the driver shows.
 */
export function findGpus(environment: Readonly<Record<string, string | undefined>>, devices = '/dev'): readonly string[] {
  const allowed = environment['CUDA_VISIBLE_DEVICES'];
  if (allowed !== undefined) return allowed.split(',').map((device) => device.trim()).filter((device) => device !== '' && device !== '-1');
  try {
    return readdirSync(devices).flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []).sort((a, b) => Number(a) - Number(b));
  } catch {
    return [];
  }
}
