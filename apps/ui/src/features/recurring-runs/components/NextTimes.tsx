'use client';
import { useLanguage } from '@/i18n/use-texts';
import styles from './RecurringRuns.module.css';

interface NextTimesProps {
  readonly times: readonly (Date | number | string)[];
  readonly timeZone: string;
}

/** Times to come, to the second, by the clocks of a time zone. */
export function NextTimes({ times, timeZone }: NextTimesProps) {
  const language = useLanguage();
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone, weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
  });
  return (
    <ol className={styles.times}>
      {times.map((time) => {
        const date = new Date(time);
        return (
          <li key={date.getTime()} className="figures">
            <time dateTime={date.toISOString()}>{format.format(date)}</time>
          </li>
        );
      })}
    </ol>
  );
}
