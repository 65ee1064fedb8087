/** Undefined: all is well; else what is wrong, in a few words. */
export type Check = () => string | undefined | Promise<string | undefined>;

const CHECK_TIMEOUT_MS = 2_000;

/** Questions by name whose answers together say whether a process is alive or ready. */
export class Checks {
  readonly #checks = new Map<string, Check>();

  set(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** What is wrong, by name; nothing when all is well. A check that does not answer in time is wrong. */
  async failures(): Promise<ReadonlyMap<string, string>> {
    const answers = await Promise.all([...this.#checks].map(async ([name, check]) => [name, await answerOf(check)] as const));
    return new Map(answers.flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem] as const])));
  }

  get names(): readonly string[] {
    return [...this.#checks.keys()];
  }
}

async function answerOf(check: Check): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS)));
  try {
    return await Promise.race([(async () => check())(), late]);
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
  }
}
