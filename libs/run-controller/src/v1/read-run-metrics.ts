import type { Readable } from 'node:stream';
import { unpackObject } from '@millrace/object-store';

/** The output in which a v1 component leaves its metrics. */
export const METRICS_ARTIFACT = 'mlpipeline-metrics';

export interface RunMetric {
  readonly name: string;
  readonly value: number;
}

const MAX_BYTES = 1024 * 1024;
const MAX_METRICS = 50;

/** KFP's rule for the names of metrics. */
export function isMetricName(name: string): boolean {
  return /^[a-zA-Z]([-_a-zA-Z0-9]{0,62}[a-zA-Z0-9])?$/.test(name);
}

/**
 * Reads the file of metrics that a v1 component leaves: `{metrics: [{name, numberValue, format}]}`. What breaks KFP's rules for metrics is left out and
 * named in `problems`. Throws when the file is too large or no JSON.
 */
export async function readRunMetrics(packed: Readable): Promise<{ readonly metrics: readonly RunMetric[]; readonly problems: readonly string[] }> {
  const parsed: unknown = JSON.parse(await readText(packed));
  const listed = (parsed as { metrics?: unknown } | null)?.metrics;
  if (!Array.isArray(listed)) return { metrics: [], problems: ['the file has no list "metrics"'] };
  const metrics = new Map<string, RunMetric>();
  const problems: string[] = [];
  for (const entry of listed as readonly { name?: unknown; numberValue?: unknown }[]) {
    const { name, numberValue } = entry ?? {};
    // Numbers are also written as text, which Python's own conversions do.
    const value = typeof numberValue === 'string' && numberValue.trim() !== '' ? Number(numberValue) : numberValue;
    if (typeof name !== 'string' || !isMetricName(name)) problems.push(`"${String(name)}" is no name of a metric: letters, digits, "-" and "_", at most 64`);
    else if (typeof value !== 'number' || !Number.isFinite(value)) problems.push(`"${name}" has no number`);
    else if (metrics.size >= MAX_METRICS) problems.push(`"${name}" is beyond the ${MAX_METRICS} metrics that are kept`);
    else if (!metrics.has(name)) metrics.set(name, { name, value });
  }
  return { metrics: [...metrics.values()], problems };
}

async function readText(packed: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpackObject(packed) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the file has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
