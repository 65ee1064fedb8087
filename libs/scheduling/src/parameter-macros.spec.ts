import { describe, expect, it } from 'vitest';
import { expandMacros, expandMacrosIn, type MacroValues } from './parameter-macros.js';

const values: MacroValues = { runId: 'run-1', now: new Date('2026-03-02T15:04:05.120Z'), scheduledAt: new Date('2026-03-01T09:00:00Z'), index: 12 };

describe('expandMacros', () => {
  it.each([
    ['[[RunUUID]]', 'run-1'],
    ['[[Index]]', '12'],
    ['[[ScheduledTime]]', '20260301090000'],
    ['[[CurrentTime]]', '20260302150405'],
    ['[[ScheduledTime.2006-01-02]]', '2026-03-01'],
    ['[[CurrentTime.15-04-05]]', '15-04-05'],
    ['[[CurrentTime.Mon Jan _2 3:04PM 06 -0700 MST]]', 'Mon Mar  2 3:04PM 26 +0000 UTC'],
    ['[[CurrentTime.Monday, 2 January 2006 15:04:05.000Z07:00]]', 'Monday, 2 March 2026 15:04:05.120Z'],
    ['[[CurrentTime.002/2006]]', '061/2026'],
    ['[[CurrentTime.05.999]]', '05.12'],
    ["{{$.scheduledTime.strftime('%Y-%m-%d %H:%M:%S')}}", '2026-03-01 09:00:00'],
    ["{{$.currentTime.strftime('%s')}}", '1772463845'],
    ["{{$.currentTime.strftime('%a %A %b %B %C %c %D %d %e %F %H %h %I %j %k %l %M %m %p %R %r %S %T %U %u %V %v %W %w %X %x %Y %y %Z %z %%')}}",
      'Mon Monday Mar March 20 Mon Mar  2 15:04:05 2026 03/02/26 02  2 2026-03-02 15 Mar 03 061 15  3 04 03 PM 15:04 03:04:05 PM 05 15:04:05 09 1 10  2-Mar-2026 09 1 15:04:05 03/02/26 2026 26 UTC +0000 %'],
    ['a [[Index]] b [[RunUUID]] c [[Index]]', 'a 12 b run-1 c 12'],
    ['no macros', 'no macros'],
    ['', ''],
  ])('%s is %s', (text, expanded) => {
    expect(expandMacros(text, values)).toBe(expanded);
  });

  it.each(['[[Unknown]]', '[[index]]', '[[Index', "{{$.scheduledTime.strftime('%Q')}}", '{{$.pipeline_job_name}}', "{{$.inputs.parameters['x']}}"])('%s stays', (text) => {
    expect(expandMacros(text, values)).toBe(text);
  });

  it('without a schedule only the macros of every run are replaced', () => {
    const { runId, now } = values;
    const text = "[[RunUUID]] [[CurrentTime.2006]] [[ScheduledTime]] [[ScheduledTime.2006]] [[Index]] {{$.scheduledTime.strftime('%Y')}}";
    expect(expandMacros(text, { runId, now })).toBe("run-1 2026 [[ScheduledTime]] [[ScheduledTime.2006]] [[Index]] {{$.scheduledTime.strftime('%Y')}}");
  });

  it('what a macro stands for is not looked at again', () => {
    expect(expandMacros('[[RunUUID]]', { ...values, runId: '[[Index]] $& $1' })).toBe('[[Index]] $& $1');
  });
});

describe('expandMacrosIn', () => {
  it('reaches every text of a value and leaves its other parts alone', () => {
    expect(expandMacrosIn({ list: ['[[Index]]', 3, null, true], inner: { '[[Index]]': 'say "[[RunUUID]]"' } }, values)).toEqual({
      list: ['12', 3, null, true],
      inner: { '[[Index]]': 'say "run-1"' },
    });
  });
});
