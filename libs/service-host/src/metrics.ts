import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** From a few milliseconds to minutes: steps, requests, answers. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** What `/metrics` tells of a service; names begin with `millrace_`. docs/operations/metrics.md explains each. */
export interface Metrics {
  /** A number that is read when it is asked for; one for each value of a label where it is a record. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  gauges(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void;
  /** Returns what counts one more. */
  counter(name: string, help: string, labelNames?: readonly string[]): (labels?: Labels, by?: number) => void;
  /** Returns what takes note of a duration. */
  seconds(name: string, help: string, labelNames?: readonly string[]): (seconds: number, labels?: Labels) => void;
}

/** Metrics of this process in a registry of their own, with Node's. */
export function createMetrics(): Metrics & { readonly registry: Registry } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    gauge(name, help, read) {
      const gauge = new Gauge({
        name,
        help,
        registers: [],
        async collect() {
          this.set(await read());
        },
      });
      registry.registerMetric(gauge);
    },
    gauges(name, help, label, read) {
      const gauge = new Gauge({
        name,
        help,
        registers: [],
        labelNames: [label],
        async collect() {
          for (const [value, number] of Object.entries(await read())) this.set({ [label]: value }, number);
        },
      });
      registry.registerMetric(gauge);
    },
    counter(name, help, labelNames = []) {
      const counter = new Counter({ name, help, registers, labelNames: [...labelNames] });
      return (labels = {}, by = 1) => counter.inc(labels, by);
    },
    seconds(name, help, labelNames = []) {
      const histogram = new Histogram({ name, help, registers, labelNames: [...labelNames], buckets: SECONDS });
      return (seconds, labels = {}) => histogram.observe(labels, seconds);
    },
  };
}
