import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = `
import json, sys
import kfp
client = kfp.Client(host=sys.argv[1])
for line in sys.stdin:
    asked = json.loads(line)
    try:
        if 'file' in asked:
            run = client.create_run_from_pipeline_package(asked['file'], arguments=asked['arguments'], run_name=asked['name'])
            answer = {'value': run.run_id}
        else:
            answer = {'value': client.wait_for_run_completion(asked['id'], timeout=30).state}
    except Exception as error:
        answer = {'error': getattr(error, 'body', None) or str(error)}
    print('>' + json.dumps(answer), flush=True)
`;

export interface Submission {
  readonly name: string;
  /** Compiled. */
  readonly file: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** The real client of the SDK, in a process of its own for as long as it is needed. */
export class KfpSubmitter {
  readonly #asked: { resolve(value: string): void; reject(error: Error): void }[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('>')) return;
      const answer = JSON.parse(line.slice(1)) as { value?: string; error?: string };
      const next = this.#asked.shift();
      if (answer.error === undefined) next?.resolve(answer.value!);
      else next?.reject(new Error(answer.error));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.#asked.splice(0)) reject(new Error(`the client ended with ${code}`));
    });
  }

  static async start(python: string, url: string): Promise<KfpSubmitter> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-client-'));
    const script = join(folder, 'client.py');
    await writeFile(script, PROGRAM);
    const child = spawn(python, ['-W', 'ignore', script, url], { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, HOME: folder } });
    return new KfpSubmitter(child, folder);
  }

  /** Starts a run and gives its id; the error is what the server said. */
  submit(submission: Submission): Promise<string> {
    return this.#ask(submission);
  }

  /** What the client says of a run that is over. */
  stateOf(id: string): Promise<string> {
    return this.#ask({ id });
  }

  async close(): Promise<void> {
    this.child.stdin!.end();
    this.child.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  #ask(question: object): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.child.stdin!.write(`${JSON.stringify(question)}\n`);
    });
  }
}
