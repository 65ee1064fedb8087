import { ancestorsOf } from './spec-path.js';
import type { SpecIssue } from './spec-error.js';

const MAX_ISSUES = 1_000;

/** A remedy, or how to find it, which is not tried for issues that are not kept. */
export type Remedy = string | (() => string | undefined) | undefined;

/** Collects faults, so that one answer names all of them. */
export class IssueList {
  readonly #issues: SpecIssue[] = [];
  readonly #malformed = new Set<string>();
  #omitted = 0;

  /** Says that what stands at `path` could not be read at all; later rules then keep silent about it. */
  addMalformed(path: string, message: string, remedy?: Remedy): void {
    this.#push(path, message, remedy);
    this.#malformed.add(path);
  }

  add(path: string, message: string, remedy?: Remedy): void {
    if (this.#malformed.size > 0 && ancestorsOf(path).some((ancestor) => this.#malformed.has(ancestor))) return;
    this.#push(path, message, remedy);
  }

  get isEmpty(): boolean {
    return this.#issues.length === 0;
  }

  toArray(): readonly SpecIssue[] {
    if (this.#omitted === 0) return this.#issues;
    return [...this.#issues, { path: '', message: `${this.#omitted} more problems are not listed.` }];
  }

  #push(path: string, message: string, remedy: Remedy): void {
    if (this.#issues.length >= MAX_ISSUES) {
      this.#omitted += 1;
      return;
    }
    const found = typeof remedy === 'function' ? remedy() : remedy;
    this.#issues.push({ path, message, ...(found !== undefined && { remedy: found }) });
  }
}
