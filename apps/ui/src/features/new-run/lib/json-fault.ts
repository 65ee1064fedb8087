export interface JsonFault {
  /** Counted from 1. */
  readonly line: number;
  readonly kind: 'unexpected' | 'end' | 'comma' | 'trailing';
  /** What stands there. */
  readonly found: string;
  /** The text mended, where it is plain how. */
  readonly mended?: string;
}

class Fault extends Error {
  constructor(
    readonly at: number,
    readonly kind: JsonFault['kind'],
    readonly mend?: (text: string) => string,
  ) {
    super(kind);
  }
}

/** Where a text stops being JSON, in the same words in every browser; undefined when it is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const line = text.slice(0, error.at).split('\n').length;
    return { line, kind: error.kind, found: tokenAt(text, error.at), ...(error.mend && { mended: error.mend(text) }) };
  }
}

const tokenAt = (text: string, at: number): string => /^("(?:[^"\\\n]|\\.)*"?|[\w.+-]+|.)/.exec(text.slice(at))?.[0].slice(0, 40) ?? '';

class Scanner {
  #at = 0;
  constructor(private readonly text: string) {}

  document(): void {
    this.#value();
    this.#space();
    if (this.#at < this.text.length) throw new Fault(this.#at, 'unexpected');
  }

  #value(): void {
    this.#space();
    const next = this.text[this.#at];
    if (next === undefined) throw new Fault(this.#at, 'end');
    if (next === '{') this.#list('}', () => this.#member());
    else if (next === '[') this.#list(']', () => this.#value());
    else if (next === '"') this.#string();
    else this.#word();
  }

  #list(close: string, item: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      const afterItem = this.#at;
      this.#space();
      const next = this.text[this.#at];
      if (next === close) {
        this.#at += 1;
        return;
      }
      if (next === undefined) throw new Fault(this.#at, 'end');
      if (next !== ',') throw /["[{\w-]/.test(next) ? new Fault(this.#at, 'comma', (text) => `${text.slice(0, afterItem)},${text.slice(afterItem)}`) : new Fault(this.#at, 'unexpected');
      const comma = this.#at;
      this.#at += 1;
      this.#space();
      if (this.text[this.#at] === close) throw new Fault(comma, 'trailing', (text) => text.slice(0, comma) + text.slice(comma + 1));
    }
  }

  #member(): void {
    this.#space();
    if (this.text[this.#at] !== '"') throw new Fault(this.#at, this.#at < this.text.length ? 'unexpected' : 'end');
    this.#string();
    this.#space();
    if (this.text[this.#at] !== ':') throw new Fault(this.#at, this.#at < this.text.length ? 'unexpected' : 'end');
    this.#at += 1;
    this.#value();
  }

  #string(): void {
    const match = /^"(?:[^"\\]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/.exec(this.text.slice(this.#at));
    if (!match || [...match[0]].some((character) => character < ' ')) throw new Fault(this.#at, 'unexpected');
    this.#at += match[0].length;
  }

  #word(): void {
    const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(this.text.slice(this.#at));
    if (!match) throw new Fault(this.#at, 'unexpected');
    this.#at += match[0].length;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.text[this.#at] ?? 'x')) this.#at += 1;
  }
}
