import { describe, expect, it } from 'vitest';
import { parseCron, type CronFields } from './parse-cron.js';

const fields = (text: string) => parseCron(text) as CronFields;
const refusal = (text: string): string => {
  try {
    parseCron(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`"${text}" was taken`);
};

describe('parseCron', () => {
  it('reads seconds first, with or without the day of the week', () => {
    const six = fields('10 20 3 4 5 1');
    expect(six).toMatchObject({ second: [10], minute: [20], hour: [3], dayOfMonth: [4], month: [5], dayOfWeek: [1] });
    expect(fields('*/10 * * * *')).toMatchObject({ second: [0, 10, 20, 30, 40, 50], dayOfWeek: [0, 1, 2, 3, 4, 5, 6] });
  });

  it('reads lists, ranges, steps, question marks and names', () => {
    expect(fields('0,30 5-7 8-20/4 ? JAN,mar MON-FRI')).toMatchObject({
      second: [0, 30], minute: [5, 6, 7], hour: [8, 12, 16, 20], month: [1, 3], dayOfWeek: [1, 2, 3, 4, 5],
    });
    expect(fields('0 50/3 * * * *').minute).toEqual([50, 53, 56, 59]);
  });

  it.each([
    ['@yearly', '0 0 0 1 1 *'], ['@annually', '0 0 0 1 1 *'], ['@monthly', '0 0 0 1 * *'], ['@weekly', '0 0 0 * * 0'],
    ['@daily', '0 0 0 * * *'], ['@midnight', '0 0 0 * * *'], ['@hourly', '0 0 * * * *'],
  ])('%s is %s', (descriptor, expression) => {
    expect(parseCron(descriptor)).toEqual(parseCron(expression));
  });

  it.each([['@every 1h30m', 5400], ['@every 90s', 90], ['@every 1.5h', 5400], ['@every 1500ms', 1], ['@every 10ms', 1]])('%s is %i seconds', (text, seconds) => {
    expect(parseCron(text)).toEqual({ kind: 'every', seconds });
  });

  it('one of the day fields is enough unless one of them is a star, with or without a step', () => {
    expect(fields('0 0 0 13 * 5').bothDays).toBe(false);
    expect(fields('0 0 0 13 * *').bothDays).toBe(true);
    expect(fields('0 0 0 ? * 5').bothDays).toBe(true);
    expect(fields('0 0 0 */2 * 1').bothDays).toBe(true);
  });

  it('takes a time zone in front', () => {
    expect(fields('TZ=Asia/Shanghai 0 0 9 * * *')).toMatchObject({ timeZone: 'Asia/Shanghai', hour: [9] });
    expect(fields('CRON_TZ=UTC @daily')).toMatchObject({ timeZone: 'UTC', hour: [0] });
    expect(fields('0 0 9 * * *').timeZone).toBeUndefined();
  });

  it.each([
    ['61 * * * * *', 'seconds (field 1) has "61"; allowed are 0 to 59.'],
    ['0 0 24 * * *', 'hours (field 3) has "24"; allowed are 0 to 23.'],
    ['0 0 0 0 * *', 'day of month (field 4) has "0"; allowed are 1 to 31.'],
    ['0 0 0 * FOO *', 'month (field 5) has "FOO"; allowed are 1 to 12 or JAN to DEC.'],
    ['0 0 0 * * 7', 'day of week (field 6) has "7"; allowed are 0 to 6 or SUN to SAT.'],
    ['0 5-1 * * * *', 'minutes (field 2) has the range "5-1", which ends before it begins.'],
    ['0 */0 * * * *', 'minutes (field 2) has the step "0"'],
    ['0 */x * * * *', 'minutes (field 2) has the step "x"'],
    ['0 1-2-3 * * * *', 'write a range as low-high'],
    ['0 -1 * * * *', 'minutes (field 2) has ""'],
    ['0 , * * * *', 'which says nothing'],
    ['* * * *', 'it has 4 fields; it needs five or six.'],
    ['* * * * * * *', 'it has 7 fields'],
    ['', 'it is empty.'],
    ['@fortnightly', '"@fortnightly" is unknown; known are @yearly'],
    ['@every', '@every needs a duration above zero'],
    ['@every soon', '@every needs a duration'],
    ['@every 0s', '@every needs a duration above zero'],
    ['TZ=Mars/Olympus 0 0 9 * * *', '"Mars/Olympus" is no time zone'],
    ['0 0 L * * *', 'hours (field 3) has "L"'],
  ])('refuses "%s", and says: %s', (text, why) => {
    const message = refusal(text);
    expect(message).toContain(why);
    expect(message).toContain('Schedule cron is not a supported format');
    expect(message).toContain('"0 30 9 * * MON-FRI"');
  });
});
