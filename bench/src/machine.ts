import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Processor time that everything on this machine has taken so far, in seconds. What a host takes for others is not in it, unlike in wall time. */
export function processorSeconds(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1000;
}

/** One line to put above figures: what they were measured on, when, and of what. */
export function describeMachine(): string {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  const python = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout.trim();
  const parts = [
    `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    python,
    `load ${loadavg()[0]!.toFixed(1)} before`,
    new Date().toISOString().slice(0, 10),
    commit,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
