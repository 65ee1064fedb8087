import { isWithin } from './spec-path.js';
import type { SpecIssue } from './spec-error.js';

const MAX_ISSUES = 1_000;

/** Collects faults, so that one answer names all of them. */
export class IssueList {
  readonly #issues: SpecIssue[] = [];
  readonly #malformed: string[] = [];
  #omitted = 0;

  /** Says that what stands at `path` could not be read at all; later rules then keep silent about it. */
  addMalformed(path: string, message: string, remedy?: string): void {
    this.#push(path, message, remedy);
    if (this.#malformed.length < MAX_ISSUES) this.#malformed.push(path);
  }

  add(path: string, message: string, remedy?: string): void {
    if (this.#malformed.some((malformed) => isWithin(path, malformed))) return;
    this.#push(path, message, remedy);
  }

  get isEmpty(): boolean {
    return this.#issues.length === 0;
  }

  toArray(): readonly SpecIssue[] {
    if (this.#omitted === 0) return this.#issues;
    return [...this.#issues, { path: '', message: `${this.#omitted} more problems are not listed.` }];
  }

  #push(path: string, message: string, remedy: string | undefined): void {
    if (this.#issues.length >= MAX_ISSUES) {
      this.#omitted += 1;
      return;
    }
    this.#issues.push({ path, message, ...(remedy !== undefined && { remedy }) });
  }
}
