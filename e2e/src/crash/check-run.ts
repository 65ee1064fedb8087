import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Millrace } from '../harness/millrace.js';
import type { CrashPipeline } from './crash-pipeline.js';

interface Note {
  readonly task: string;
  readonly attempt: string;
  readonly what: string;
}

export function readJournal(journal: string): Note[] {
  if (!existsSync(journal)) return [];
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [task = '', attempt = '', what = ''] = line.split(' ');
      return { task, attempt, what };
    });
}

/**
 * What a run has to be in the end, whatever was killed meanwhile. Returns how many attempts it took. Without a journal it says nothing about
 * attempts, only what is left of them.
 */
export async function checkRun(millrace: Millrace, runId: string, pipeline: CrashPipeline, journal?: string): Promise<number> {
  const { run, tasks } = await millrace.json(`/apis/millrace/v1/runs/${runId}`);
  expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
  const notes = journal === undefined ? [] : readJournal(journal);
  expect(notes.filter((note) => note.what === 'overlap')).toEqual([]);
  for (const what of ['start', 'end']) {
    const attempts = notes.filter((note) => note.what === what).map((note) => note.attempt);
    expect(attempts.filter((attempt, index) => attempts.indexOf(attempt) !== index), `attempts with more than one ${what}`).toEqual([]);
  }
  const { artifacts } = await millrace.json(`/apis/millrace/v1/runs/${runId}/artifacts`);
  let total = 0;
  for (const summary of tasks) {
    const task = await millrace.json(`/apis/millrace/v1/runs/${runId}/tasks/${summary.id}`);
    const name = task.path.replace('root/', '');
    total += task.attempt_list.length;
    expect({ name, state: task.state }).toEqual({ name, state: 'SUCCEEDED' });
    if (name === 'python') {
      expect(task.output_parameters).toEqual({ Output: 5 });
      continue;
    }
    expect(task.output_parameters).toEqual({ text: pipeline.parameterOf(name) });
    const attempts: { node_id: string; state: string; exit_code?: number }[] = task.attempt_list;
    expect(attempts.map((attempt) => attempt.state)).toEqual([...attempts.slice(1).map(() => 'FAILED'), 'SUCCEEDED']);
    const begun = notes.filter((note) => note.task === name && note.what === 'start').map((note) => note.attempt.split('/')[1]);
    expect(attempts.map((attempt) => attempt.node_id), `attempts of ${name}`).toEqual(expect.arrayContaining(begun));
    // What ended well and was recorded is the last there is.
    for (const { attempt } of notes.filter((note) => note.task === name && note.what === 'end')) {
      const exit = JSON.parse(readFileSync(join(millrace.dataFolder, 'attempts', 'attempts', attempt, 'exit.json'), 'utf8'));
      if (exit.exitCode === 0) expect(attempt.split('/')[1]).toBe(attempts.at(-1)!.node_id);
    }
    for (const [index, attempt] of attempts.entries()) {
      const response = await millrace.request(`/apis/millrace/v1/runs/${runId}/tasks/${task.id}/logs/download?attempt=${index}`);
      const text = response.ok ? await response.text() : '';
      const whole = pipeline.logOf(name);
      if (attempt.state === 'SUCCEEDED' || attempt.exit_code === 3) expect(text).toBe(whole);
      else expect(whole.startsWith(text) || (text.startsWith('Millrace:')), `the log of a lost attempt: ${text}`).toBe(true);
    }
    const links = artifacts.filter((link: any) => link.task_path === task.path && link.direction === 'OUTPUT');
    expect(links).toHaveLength(1);
    const content = await millrace.request(`/apis/millrace/v1/artifacts/${links[0].artifact.id}/content`);
    expect(await content.text()).toBe(pipeline.artifactOf(name));
  }
  expect(tasks).toHaveLength(pipeline.tasks.length + 1);
  return total;
}
