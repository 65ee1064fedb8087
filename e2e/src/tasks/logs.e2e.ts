import type { LogPageView, TaskDetail } from '@millrace/api-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { residentMiB } from '../harness/requests.js';
import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const MB = 1_000_000;
const LINE = 100;

let millrace: Millrace;
let runs: Runs;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false, args: ['--parallel', '2'] });
  runs = new Runs(millrace);
});
afterAll(() => millrace?.close());

const page = (task: TaskDetail, query: string) => millrace.json<LogPageView>(`/apis/millrace/v1/runs/${task.run_id}/tasks/${task.id}/logs?${query}`);

describe('a task that prints 100 MB', () => {
  let task: TaskDetail;
  let grown: number | undefined;
  const others: number[] = [];

  beforeAll(async () => {
    await runs.run(shellPipeline({ warm: { line: 'true' } }));
    const before = residentMiB(millrace);
    let peak = before ?? 0;
    const watch = setInterval(() => (peak = Math.max(peak, residentMiB(millrace) ?? 0)), 20);
    // A million lines of 100 bytes, each with its number.
    const id = await runs.start(shellPipeline({ print: { line: `awk 'BEGIN { for (i = 0; i < ${MB}; i++) printf "%07d %091d\\n", i, 0 }'` } }));
    let over = false;
    const finished = runs.finished(id).then((done) => {
      over = true;
      return done;
    });
    do {
      const started = performance.now();
      await runs.run(shellPipeline({ quick: { line: 'true' } }));
      others.push(performance.now() - started);
    } while (!over);
    task = (await finished).tasks['print']!;
    for (let offset = 0; offset < 100 * MB; offset += 20 * MB) await page(task, `from=${offset}`);
    clearInterval(watch);
    grown = before === undefined ? undefined : peak - before;
  });

  it('succeeds, and its log has all of it', async () => {
    expect(task.state).toBe('SUCCEEDED');
    expect((await page(task, 'from=0')).size_bytes).toBeGreaterThanOrEqual(100 * MB);
    expect((await page(task, 'from=tail')).complete).toBe(true);
  });

  it('is read by pages from the start, the middle and the end', async () => {
    const first = await page(task, 'from=0&limit_bytes=10000');
    expect(first.lines[0]).toMatchObject({ number: 1, text: expect.stringMatching(/^0000000 0+$/) });
    expect(first.lines.length).toBeLessThan(200);
    const second = await page(task, `from=${first.next_offset}&limit_bytes=10000`);
    expect(Number(second.lines[0]!.text.slice(0, 7))).toBe(Number(first.lines.at(-1)!.text.slice(0, 7)) + 1);

    const middle = await page(task, `from=${50 * MB}&limit_bytes=10000`);
    const [line] = middle.lines;
    expect(Number(line!.text.slice(0, 7))).toBe(line!.number - 1);
    expect(line!.number).toBeGreaterThan(300_000);

    const tail = await page(task, 'from=tail');
    expect(tail.lines.at(-1)).toMatchObject({ number: MB, text: expect.stringMatching(/^0999999 0+$/) });
  });

  it('is downloaded whole as a stream', async () => {
    const response = await millrace.request(`/apis/millrace/v1/runs/${task.run_id}/tasks/${task.id}/logs/download`);
    let bytes = 0;
    for await (const chunk of response.body!) bytes += (chunk as Uint8Array).length;
    expect(bytes).toBe(MB * LINE);
  });

  it('does not fill the memory of the server', () => {
    if (grown !== undefined) expect(grown).toBeLessThan(100);
  });

  it('does not hold up other runs', () => {
    expect(Math.max(...others)).toBeLessThan(5_000);
  });
});

describe('a log', () => {
  it('keeps what is no UTF-8 readable, and all that is', async () => {
    const { tasks } = await runs.run(shellPipeline({ print: { line: "printf 'caf\\351 \\377\\376 end\\n'; printf '你好 🌍\\n'; printf 'nul \\000 byte\\n'; printf 'no newline'" } }));
    const { lines, complete } = await page(tasks['print']!, 'from=0');
    expect(complete).toBe(true);
    expect(lines.map(({ text }) => text)).toEqual(['caf\ufffd \ufffd\ufffd end', '你好 🌍', 'nul \0 byte', 'no newline']);
  });

  it('tells stdout from stderr, and when', async () => {
    const { tasks } = await runs.run(shellPipeline({ print: { line: 'echo out; sleep 0.2; echo err >&2' } }));
    const { lines } = await page(tasks['print']!, 'from=0');
    expect(lines.map(({ text, stream }) => [text, stream])).toEqual([
      ['out', 'stdout'],
      ['err', 'stderr'],
    ]);
    expect(Math.abs(Date.now() - Date.parse(lines[0]!.time!))).toBeLessThan(30_000);
  });

  it('of one line of 5 MB shows the start of it, goes on behind it, and is whole as a download', async () => {
    const { tasks } = await runs.run(shellPipeline({ print: { line: `head -c 5000000 /dev/zero | tr '\\0' x; echo; echo after` } }));
    const texts: string[] = [];
    for (let offset = 0, pages = 0; pages < 1_000; pages += 1) {
      const { lines, next_offset: next } = await page(tasks['print']!, `from=${offset}`);
      texts.push(...lines.map(({ text }) => text));
      if (next === offset) break;
      offset = next;
    }
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatch(/^x{1000,}/);
    expect(texts[0]!.length).toBeLessThan(100_000);
    expect(texts[1]).toBe('after');
    expect(await runs.log(tasks['print']!)).toBe(`${'x'.repeat(5_000_000)}\nafter\n`);
  });

  it('is followed while it is written', async () => {
    const id = await runs.start(shellPipeline({ print: { line: 'for i in 1 2 3 4 5; do echo line $i; sleep 0.3; done' } }));
    await expect.poll(async () => (await runs.look(id)).tasks['print']!.state, { timeout: 10_000 }).toBe('RUNNING');
    const task = (await runs.look(id)).tasks['print']!;
    const response = await millrace.request(`/apis/millrace/v1/runs/${id}/tasks/${task.id}/logs/stream?from=0`);
    const arrivals: number[] = [];
    let text = '';
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk as Uint8Array).toString();
      arrivals.push(performance.now());
      if (text.includes('event: end')) break;
    }
    for (const number of [1, 2, 3, 4, 5]) expect(text).toContain(`line ${number}`);
    expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThan(500);
  });
});
