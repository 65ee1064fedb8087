import { PipelineError } from '@millrace/errors';
import { describe, expect, it } from 'vitest';
import { describeFindings, exitCodeOf } from './describe-findings.js';
import { examine } from './examine.js';
import { failure, fine, warning, type Check } from './finding.js';

const check = (name: string, answer: () => ReturnType<Check<undefined>['examine']>): Check<undefined> => ({ name, examine: answer });
const broken = { what: 'It is broken.', why: 'Nothing works.', remedy: 'Mend it.' };

describe('examine', () => {
  it('tells every check in order, also those that throw, are forbidden or never answer', async () => {
    const findings = await examine(
      [
        check('good', async () => [fine('All is well.')]),
        check('several', async () => [warning(broken), failure(broken)]),
        check('forbidden', () => Promise.reject(new PipelineError('PERMISSION_DENIED', 'You may not list pods.'))),
        check('away', () => Promise.reject(new PipelineError('UNAVAILABLE', 'The database does not answer.'))),
        check('wrong', () => Promise.reject(new TypeError('x is not a function'))),
        check('hangs', () => new Promise(() => undefined)),
      ],
      undefined,
      { timeoutMs: 50 },
    );
    expect(findings.map(({ check: name, verdict }) => `${name} ${verdict}`)).toEqual(['good ok', 'several warning', 'several error', 'forbidden unknown', 'away error', 'wrong unknown', 'hangs unknown']);
    expect(findings[4]).toMatchObject({ what: 'The database does not answer.' });
    expect(findings[5]!.what).toContain('x is not a function');
  });
});

describe('what is told', () => {
  const findings = [{ check: 'good', ...fine('All is well.') }, { check: 'several', ...warning(broken) }];

  it('is one block a finding, with why and what to do, and a sum', () => {
    expect(describeFindings(findings)).toBe('ok      good     All is well.\nwarning several  It is broken.\n                 why: Nothing works.\n                 do:  Mend it.\n\n1 ok, 1 warning, 0 errors, 0 not known');
  });

  it('fails for errors alone', () => {
    expect([exitCodeOf(findings), exitCodeOf([...findings, { check: 'x', ...failure(broken) }])]).toEqual([0, 1]);
  });
});
