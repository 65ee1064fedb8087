import { describe, expect, it } from 'vitest';
import { en } from '../../../i18n/en';
import { zh } from '../../../i18n/zh';
import { describeTrigger } from './describe-trigger';

const cron = (text: string) => describeTrigger({ kind: 'cron', cron: text, time_zone: 'UTC' }, en);

describe('describeTrigger', () => {
  it.each([
    ['* * * * * *', 'Every second'],
    ['*/10 * * * *', 'Every 10 seconds'],
    ['0 * * * * *', 'Every minute'],
    ['0 */15 * * * *', 'Every 15 minutes'],
    ['@hourly', 'Every hour, on the hour'],
    ['0 20 * * * *', 'Every hour at 20 past'],
    ['0 0 9 * * *', 'Every day at 09:00'],
    ['TZ=Asia/Shanghai 30 5 21 * * *', 'Every day at 21:05:30'],
    ['0 30 9 * * MON-FRI', 'Monday to Friday at 09:30'],
    ['0 0 9 * * 1,3', 'Mondays, Wednesdays at 09:00'],
    ['@monthly', 'On day 1 of every month at 00:00'],
    ['0 0 8 24 12 *', 'Every year on 24 December at 08:00'],
    ['@every 1h30m', 'Every 90 minutes'],
  ])('%s is "%s"', (text, words) => {
    expect(cron(text)).toBe(words);
  });

  it.each(['0 0 9,17 * * *', '0 0 0 13 * 5', '0 */7 * * * *', '0 0 9 * 1-6 *', '5 */10 * * * *', 'nonsense'])('%s has no short words', (text) => {
    expect(cron(text)).toBeUndefined();
  });

  it('takes the largest unit of an interval that fits', () => {
    const every = (seconds: number) => describeTrigger({ kind: 'interval', seconds }, en);
    expect([1, 90, 120, 3600, 5400, 86_400, 172_800].map(every)).toEqual(['Every second', 'Every 90 seconds', 'Every 2 minutes', 'Every hour', 'Every 90 minutes', 'Every 24 hours', 'Every 2 days']);
  });

  it('speaks Chinese', () => {
    expect(describeTrigger({ kind: 'cron', cron: '0 30 9 * * MON-FRI', time_zone: 'UTC' }, zh)).toBe('周一至周五 09:30');
    expect(describeTrigger({ kind: 'once' }, zh)).toBe('创建时运行一次');
  });
});
