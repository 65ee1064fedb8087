import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { clusterChecks, serviceChecks } from '@millrace/doctor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace, program } from '../harness/millrace.js';
import { runProgram } from '../harness/python.js';

const root = resolve(import.meta.dirname, '../../..');
const folder = join(root, 'docs/operations');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
const headings = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!);
const sources = (path: string): string[] =>
  readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => /^src\/.*\.ts$/.test(name) && !/\.(spec|cluster)\.ts$/.test(name))
    .map((name) => readFileSync(join(root, path, name), 'utf8'));

describe('docs/operations', () => {
  it('leads only to pages and headings that are there', () => {
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\((?!http)([^)]+)\)/g)) {
        const [path, anchor] = target!.split('#');
        const file = path === '' ? join(folder, page) : join(folder, path!);
        // A folder shows its README.
        const text = readFileSync(file.endsWith('.md') ? file : join(file, 'README.md'), 'utf8');
        if (anchor !== undefined) expect(headings(text).map((heading) => heading.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-'))).toContain(anchor);
      }
    }
  });

  it('has every page in its index', () => {
    expect(pages.filter((page) => page !== 'README.md' && !read('README.md').includes(`(${page})`))).toEqual([]);
  });

  it('explains every check of doctor', () => {
    const machine = readdirSync(join(root, 'apps/cli/src/doctor')).flatMap((name) => /name: '([\w-]+)'/.exec(readFileSync(join(root, 'apps/cli/src/doctor', name), 'utf8'))?.[1] ?? []);
    expect(machine.length).toBe(8);
    const explained = headings(read('doctor.md'));
    expect([...machine, ...[...clusterChecks, ...serviceChecks].map(({ name }) => name)].filter((name) => !explained.includes(name))).toEqual([]);
  });

  it('explains every metric, and no other', () => {
    const told = ['libs/service-host', 'apps/api-server', 'apps/persistence-agent', 'apps/scheduled-workflow-controller'].flatMap(sources).flatMap((text) => [...text.matchAll(/'(millrace_\w+)'/g)].map((match) => match[1]!));
    const explained = [...read('metrics.md').matchAll(/^\| `(millrace_\w+)/gm)].map((match) => match[1]!);
    expect(explained.sort()).toEqual([...new Set(told)].sort());
  });

  it('has a heading for each alert of the chart, which leads there, and alerts of metrics that there are', () => {
    const rules = readFileSync(join(root, 'charts/millrace/templates/monitoring.yaml'), 'utf8');
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map((match) => match[1]!);
    expect(alerts.length).toBeGreaterThan(5);
    expect(headings(read('alerts.md')).filter((heading) => heading.startsWith('Millrace'))).toEqual(alerts);
    expect([...rules.matchAll(/runbook_url: docs\/operations\/alerts\.md#(\w+)/g)].map((match) => match[1])).toEqual(alerts.map((name) => name.toLowerCase()));
    const explained = read('metrics.md');
    for (const [, metric] of rules.matchAll(/(millrace_\w+?)(?:_bucket|_count)?\{/g)) expect(explained).toContain(metric);
  });

  describe('its commands for one machine', () => {
    let millrace: Millrace;
    let work: string;
    beforeAll(async () => {
      work = await mkdtemp(join(tmpdir(), 'millrace-operations-'));
      millrace = await Millrace.start({ sample: false });
    });
    afterAll(async () => {
      await millrace?.close();
      await rm(work, { recursive: true, force: true });
    });
    const commands = pages.flatMap((page) =>
      [...read(page).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split('\n').filter((line) => line.startsWith('millrace ')).map((line) => [page, line] as const)),
    );

    it('are there', () => {
      expect(commands.map(([, line]) => line.split(' ')[1])).toEqual(expect.arrayContaining(['doctor', 'backup', 'restore']));
    });

    it('run as they stand', async () => {
      for (const [page, line] of commands) {
        const { port } = new URL(millrace.url);
        const { code, stdout, stderr } = await runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...line.split(/\s+/).slice(1)], { cwd: work, env: { MILLRACE_HOME: millrace.dataFolder, MILLRACE_PORT: port, MILLRACE_EXECUTOR: 'process' } });
        expect(code, `${page}: ${line}\n${stdout}${stderr}`).toBe(0);
        if (line.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ findings: expect.arrayContaining([expect.objectContaining({ check: 'node', verdict: 'ok' })]) });
      }
    });

    it('tell the same from the server', async () => {
      const { findings } = await millrace.json('/apis/millrace/v1/doctor');
      expect(findings.map(({ check }: { check: string }) => check)).toContain('space');
      const { code, stdout } = await runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'doctor', '--url', millrace.url], { cwd: work });
      expect(code, stdout).toBe(0);
    });

    it('end with 1 where something cannot work', async () => {
      const { code, stdout } = await runProgram(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'doctor', '--python', join(work, 'none')], { cwd: work, env: { MILLRACE_HOME: millrace.dataFolder, MILLRACE_PORT: '0' } });
      expect([code, /^ERROR +python/m.test(stdout)]).toEqual([1, true]);
    });
  });
});
