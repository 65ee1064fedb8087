import * as fc from 'fast-check';
import { isPipelineError } from '@millrace/errors';
import { describe, expect, it } from 'vitest';
import { parsePipeline, parsePipelineValue } from './parse-pipeline.js';
import { unsupportedFeatures } from './support/unsupported-features.js';
import { aSpec } from './testing/a-spec.js';
import { walkTasks } from './walk-pipeline.js';

/** Every place of a JSON value, as the object or list that holds it and the key there. */
function placesIn(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => [{ holder: value as Record<string, unknown>, key }, ...placesIn(entry)]);
}

function outcomeOf(parse: () => ReturnType<typeof parsePipeline>): string {
  try {
    const pipeline = parse();
    // What was accepted can be walked and judged.
    unsupportedFeatures(pipeline, { substrate: 'embedded' });
    return `accepted with ${[...walkTasks(pipeline)].length} tasks`;
  } catch (error) {
    if (isPipelineError(error)) return error.code;
    throw error;
  }
}

const names = fc.constantFrom('load', 'train', 'comp-load', 'comp-train', 'rows', 'lr', 'constructor', '__proto__', 'dag', 'root', '');
const replacements = fc.oneof(fc.jsonValue(), names, fc.dictionary(names, fc.jsonValue()), fc.constant(undefined));

describe('any input', () => {
  it('that is a pipeline with some parts replaced or renamed is accepted or refused, never a crash', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), replacements, fc.option(names)), { minLength: 1, maxLength: 4 }), (changes) => {
        const spec = aSpec();
        for (const [at, replacement, newName] of changes) {
          const places = placesIn(spec);
          const place = places[at % Math.max(places.length, 1)];
          if (place === undefined) continue;
          const { holder, key } = place;
          delete holder[key];
          Object.defineProperty(holder, newName ?? key, { value: replacement, enumerable: true, configurable: true, writable: true });
        }
        expect(outcomeOf(() => parsePipelineValue(spec))).toMatch(/^(INVALID_ARGUMENT|UNIMPLEMENTED|accepted with \d+ tasks)$/);
        expect(outcomeOf(() => parsePipeline(JSON.stringify(spec)))).toMatch(/^(INVALID_ARGUMENT|UNIMPLEMENTED|accepted with \d+ tasks)$/);
      }),
      { numRuns: 500 },
    );
  });

  it('that is text is accepted or refused, never a crash', () => {
    const scraps = fc.constantFrom('root:', '\n', '  ', '- ', '&a ', '*a', '{', '}', '[', ']', ': ', '"', "'", '<<', '!!str ', '---\n', '|', '#', '\t', 'x', '5', '\u0000', '\ud800', '%YAML 1.1\n');
    fc.assert(
      fc.property(fc.array(fc.oneof(scraps, fc.string()), { maxLength: 30 }), (parts) => {
        expect(outcomeOf(() => parsePipeline(parts.join('')))).toMatch(/^(INVALID_ARGUMENT|UNIMPLEMENTED)$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
