'use client';
import { useMemo } from 'react';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Icon } from '@/components/ui/Icon';
import { Segmented } from '@/components/ui/Segmented';
import { Switch } from '@/components/ui/Switch';
import { NextTimes } from '@/features/recurring-runs';
import { useTexts } from '@/i18n/use-texts';
import type { ScheduleForm } from '../hooks/use-schedule-form';
import { UNITS, type Unit } from '../lib/schedule-draft';
import field from './ParameterField.module.css';
import { Picker } from './Picker';
import styles from './Schedule.module.css';
import page from './NewRunPage.module.css';

interface ScheduleProps {
  readonly form: ScheduleForm;
  /** The version may be left open: it is no inline pipeline. */
  readonly mayBeLatest: boolean;
}

/** Once, or again and again: by an interval or a cron, with the next times by the clocks of the chosen zone. */
export function Schedule({ form, mayBeLatest }: ScheduleProps) {
  const t = useTexts();
  const { draft, change, reading } = form;
  const problemOf = (name: string) => form.problems.find((problem) => problem.name === name)?.message;
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone').map((id) => ({ id, label: id })), []);
  const presets = [
    [t.recurring.presets.hourly, '0 0 * * * *'],
    [t.recurring.presets.daily, '0 0 9 * * *'],
    [t.recurring.presets.weekdays, '0 0 9 * * MON-FRI'],
    [t.recurring.presets.weekly, '0 0 9 * * MON'],
    [t.recurring.presets.monthly, '0 0 9 1 * *'],
  ] as const;
  return (
    <section className={page.section}>
      <div className={page.sectionHead}>
        <h2>{t.recurring.when}</h2>
        <span className="grow" />
        <Segmented
          label={t.recurring.when}
          value={form.repeat ? 'repeat' : 'once'}
          options={[
            { value: 'once', label: t.recurring.runOnce },
            { value: 'repeat', label: t.recurring.onSchedule },
          ]}
          onChange={(next) => form.setRepeat(next === 'repeat')}
        />
      </div>
      {form.repeat ? (
        <>
          <Row label={t.recurring.repeats}>
            <Segmented
              small
              label={t.recurring.repeats}
              value={draft.kind}
              options={[
                { value: 'cron', label: t.recurring.byCron },
                { value: 'interval', label: t.recurring.byInterval },
              ]}
              onChange={(kind) => change({ kind })}
            />
          </Row>
          {draft.kind === 'interval' ? (
            <Row label={t.recurring.interval} htmlFor="every" problem={problemOf('#every')} help={t.recurring.intervalHint}>
              <span className={styles.interval}>
                <TextField id="every" value={draft.every} invalid={problemOf('#every') !== undefined} inputMode="numeric" onChange={(every) => change({ every })} />
                <span className={field.select}>
                  <select aria-label={t.recurring.unit} value={draft.unit} onChange={(event) => change({ unit: event.target.value as Unit })}>
                    {(Object.keys(UNITS) as Unit[]).map((unit) => (
                      <option key={unit} value={unit}>
                        {t.recurring.units[unit]}
                      </option>
                    ))}
                  </select>
                  <Icon name="down" size={13} />
                </span>
              </span>
            </Row>
          ) : (
            <Row label={t.recurring.cron} htmlFor="cron" problem={problemOf('#cron')} help={t.recurring.cronHint}>
              <TextField id="cron" mono value={draft.cron} invalid={problemOf('#cron') !== undefined} onChange={(cron) => change({ cron })} />
              <span className={styles.presets}>
                {presets.map(([label, cron]) => (
                  <Button key={cron} small look="quiet" aria-pressed={draft.cron.trim() === cron} onClick={() => change({ cron })}>
                    {label}
                  </Button>
                ))}
              </span>
            </Row>
          )}
          <Row label={t.recurring.timeZone}>
            <Picker id="pick-zone" icon="language" label={t.recurring.timeZone} value={draft.timeZone} shown={draft.timeZone} options={zones} onChange={(timeZone) => change({ timeZone })} />
          </Row>
          <Row label={t.recurring.nextTimes} help={reading.next.length === 0 ? t.recurring.noPreview : undefined}>
            <NextTimes times={reading.next} timeZone={draft.timeZone} />
          </Row>
          <Row label={t.recurring.between} problem={problemOf('#end')} help={t.recurring.betweenHint}>
            <span className={styles.between}>
              <input className={styles.time} type="datetime-local" aria-label={t.recurring.start} value={draft.start} onChange={(event) => change({ start: event.target.value })} />
              <input id="end" className={styles.time} type="datetime-local" aria-label={t.recurring.end} value={draft.end} onChange={(event) => change({ end: event.target.value })} />
            </span>
          </Row>
          <Row label={t.recurring.atOnce} htmlFor="at-once" problem={problemOf('#at-once')} help={t.recurring.atOnceHint}>
            <span className={field.short}>
              <TextField id="at-once" value={draft.atOnce} inputMode="numeric" invalid={problemOf('#at-once') !== undefined} onChange={(atOnce) => change({ atOnce })} />
            </span>
          </Row>
          <Row label={t.recurring.catchUp} htmlFor="catch-up" help={t.recurring.catchUpHint}>
            <span className={field.switch}>
              <Switch id="catch-up" checked={draft.catchUp} label={t.recurring.catchUp} onChange={(catchUp) => change({ catchUp })} />
            </span>
          </Row>
          {mayBeLatest ? (
            <Row label={t.recurring.latestVersion} htmlFor="always-latest" help={t.recurring.latestVersionHint}>
              <span className={field.switch}>
                <Switch id="always-latest" checked={draft.alwaysLatest} label={t.recurring.latestVersion} onChange={(alwaysLatest) => change({ alwaysLatest })} />
              </span>
            </Row>
          ) : null}
        </>
      ) : null}
    </section>
  );
}

interface RowProps {
  readonly label: string;
  readonly htmlFor?: string;
  readonly help?: string;
  readonly problem?: string;
  readonly children: React.ReactNode;
}

function Row({ label, htmlFor, help, problem, children }: RowProps) {
  return (
    <div className={field.row}>
      <div className={field.side}>
        <label htmlFor={htmlFor} className="b">
          {label}
        </label>
      </div>
      <div className={field.control}>
        {children}
        {problem ? (
          <p className={`${field.help} ${field.wrong}`} role="alert">
            {problem}
          </p>
        ) : help ? (
          <p className={field.help}>{help}</p>
        ) : null}
      </div>
    </div>
  );
}
