'use client';
import type { RecurringRunDetail } from '@millrace/api-contract';
import { useMemo } from 'react';
import { When } from '@/components/ui/Elapsed';
import { inlineJson } from '@/format/value';
import { useTexts } from '@/i18n/use-texts';
import { useServer } from '@/live/queries';
import { useNow } from '@/live/use-now';
import { busyHours } from '../lib/busy-hours';
import { describeTrigger } from '../lib/describe-trigger';
import { toTrigger } from '../lib/to-trigger';
import { NextTimes } from './NextTimes';
import styles from './RecurringRuns.module.css';
import { WeekStrip } from './WeekStrip';

const MINUTE_MS = 60_000;

/** The schedule of a recurring run: its rule, the times to come, the week ahead, the values each run is given. */
export function SchedulePanel({ detail }: { readonly detail: RecurringRunDetail }) {
  const t = useTexts();
  const server = useServer();
  const { recurring_run: run, parameters, next_times: times } = detail;
  const { trigger } = run;
  const timeZone = trigger.kind === 'cron' ? trigger.time_zone : new Intl.DateTimeFormat().resolvedOptions().timeZone;
  // To the minute, so that the strip is not worked out again every second.
  const minute = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const week = useMemo(
    () => (run.enabled ? safely(() => busyHours(toTrigger(trigger), { now: minute, createdAt: Date.parse(run.created_at), timeZone: server.data?.time_zone ?? 'UTC' })) : []),
    [run.enabled, run.created_at, trigger, minute, server.data?.time_zone],
  );
  const words = describeTrigger(trigger, t);
  const given = Object.entries(parameters);
  return (
    <section className={styles.panel} aria-label={t.recurring.schedule}>
      <div>
        <h2>{t.recurring.schedule}</h2>
        <p className={styles.words}>{words ?? t.recurring.custom}</p>
        <dl>
          {trigger.kind === 'cron' ? (
            <>
              <dt>{t.recurring.cron}</dt>
              <dd>
                <code>{trigger.cron}</code>
              </dd>
              <dt>{t.recurring.timeZone}</dt>
              <dd>{trigger.time_zone}</dd>
            </>
          ) : null}
          {trigger.kind !== 'once' && trigger.start_at ? (
            <>
              <dt>{t.recurring.start}</dt>
              <dd>
                <When time={trigger.start_at} />
              </dd>
            </>
          ) : null}
          {trigger.kind !== 'once' && trigger.end_at ? (
            <>
              <dt>{t.recurring.end}</dt>
              <dd>
                <When time={trigger.end_at} />
              </dd>
            </>
          ) : null}
          <dt>{t.recurring.atOnce}</dt>
          <dd>{t.recurring.runsAtOnce(run.max_concurrency)}</dd>
          <dt>{t.recurring.missed}</dt>
          <dd>{run.no_catchup ? t.recurring.missedLatest : t.recurring.missedAll}</dd>
          {given.length > 0 ? (
            <>
              <dt>{t.newRun.parameters}</dt>
              <dd className={styles.parameters}>
                {given.map(([name, value]) => (
                  <div key={name} className="cut" title={`${name}=${inlineJson(value as never)}`}>
                    <code>
                      {name}={inlineJson(value as never)}
                    </code>
                  </div>
                ))}
              </dd>
            </>
          ) : null}
        </dl>
      </div>
      <div>
        <h2>{t.recurring.nextTimes}</h2>
        {times.length > 0 && run.enabled ? <NextTimes times={times} timeZone={timeZone} /> : <p className="sm t2">{run.enabled ? t.recurring.noNext : t.recurring.disabledNext}</p>}
      </div>
      <div>
        <h2>{t.recurring.week}</h2>
        <WeekStrip days={week} />
      </div>
    </section>
  );
}

/** A trigger that somebody wrote past the API may not be readable; its error is told in the header. */
function safely<Value>(work: () => Value[]): Value[] {
  try {
    return work();
  } catch {
    return [];
  }
}
