'use client';
import type { ScheduleTriggerView } from '@millrace/api-contract';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTexts } from '@/i18n/use-texts';
import { useRecurringRun } from '@/live/queries';
import { useNow } from '@/live/use-now';
import { useSearchState } from '@/url/use-search-state';
import { readSchedule, UNITS, type ScheduleDraft, type Unit } from '../lib/schedule-draft';

const MINUTE_MS = 60_000;
const browserZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
const never = () => () => undefined;

/** Whether the run is to repeat (in the address), when (typed), and what is wrong with that. */
export function useScheduleForm() {
  const t = useTexts();
  const url = useSearchState();
  const repeat = url.get('repeat') === '1';
  const copied = useRecurringRun(url.get('schedule') ?? '').data?.recurring_run;
  // The pages are made where nobody knows the browser's zone.
  const zone = useSyncExternalStore(never, browserZone, () => 'UTC');
  const [typed, setDraft] = useState<Omit<ScheduleDraft, 'timeZone'> & { readonly timeZone?: string }>(() => ({
    kind: 'cron', every: '1', unit: 'hour', cron: '0 0 9 * * *', start: '', end: '', atOnce: '1', catchUp: false, alwaysLatest: true,
  }));
  const draft = useMemo(() => ({ ...typed, timeZone: typed.timeZone ?? zone }), [typed, zone]);
  const filled = useRef('');
  useEffect(() => {
    if (!copied || filled.current === copied.id) return;
    filled.current = copied.id;
    setDraft((before) => ({ ...before, ...draftOf(copied.trigger), atOnce: String(copied.max_concurrency), catchUp: !copied.no_catchup, alwaysLatest: copied.version === undefined }));
  }, [copied]);
  const minute = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const reading = useMemo(() => readSchedule(draft, { now: Math.max(minute, Date.now()), t }), [draft, minute, t]);
  return {
    repeat,
    setRepeat: (on: boolean) => url.push({ repeat: on ? '1' : undefined }),
    draft,
    change: (change: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...change })),
    reading,
    problems: repeat ? reading.problems : [],
  };
}

export type ScheduleForm = ReturnType<typeof useScheduleForm>;

function draftOf(trigger: ScheduleTriggerView): Partial<ScheduleDraft> {
  if (trigger.kind === 'once') return {};
  if (trigger.kind === 'cron') return { kind: 'cron', cron: trigger.cron.replace(/^\s*(CRON_)?TZ=\S+\s+/, ''), timeZone: trigger.time_zone };
  const [unit = 'second', size = 1] = (Object.entries(UNITS) as [Unit, number][]).toReversed().find(([, length]) => trigger.seconds % length === 0) ?? [];
  return { kind: 'interval', every: String(trigger.seconds / size), unit };
}
