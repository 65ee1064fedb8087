'use client';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import type { BusyDay } from '../lib/busy-hours';
import styles from './RecurringRuns.module.css';

/** The week ahead, an hour a tick: where runs are due. */
export function WeekStrip({ days }: { readonly days: readonly BusyDay[] }) {
  const t = useTexts();
  const language = useLanguage();
  const dayName = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', day: 'numeric' });
  const count = days.reduce((sum, { hours }) => sum + hours.filter(Boolean).length, 0);
  return (
    <div className={styles.week} role="img" aria-label={t.recurring.weekLabel(count)}>
      {days.map(({ start, hours }) => (
        <div key={start.getTime()} className={styles.day}>
          <span className={styles.hours}>
            {hours.map((busy, hour) => (
              <i key={hour} className={busy ? styles.busy : undefined} />
            ))}
          </span>
          <span className="sm t3 nw">{dayName.format(start)}</span>
        </div>
      ))}
    </div>
  );
}
