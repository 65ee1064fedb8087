'use client';
import { formatDuration } from '@/format/duration';
import { formatExactTime, formatTime } from '@/format/time';
import { useLanguage } from '@/i18n/use-texts';
import { useNow } from '@/live/use-now';

/** A duration that ticks until its end is known. Only this text is drawn again each second. */
export function Elapsed({ from, to, wrap }: { readonly from: string | undefined; readonly to?: string | undefined; readonly wrap?: (duration: string) => string }) {
  const language = useLanguage();
  if (!from) return null;
  if (!to) return <Ticking from={from} wrap={wrap} />;
  const text = formatDuration(Date.parse(to) - Date.parse(from), language);
  return <span className="figures">{wrap ? wrap(text) : text}</span>;
}

function Ticking({ from, wrap }: { readonly from: string; readonly wrap?: (duration: string) => string }) {
  const language = useLanguage();
  const seconds = Math.max(0, Math.floor((useNow() - Date.parse(from)) / 1000));
  const text = formatDuration(seconds * 1000, language);
  return <span className="figures">{wrap ? wrap(text) : text}</span>;
}

/** `12 min ago`, with the exact time on hover. */
export function When({ time }: { readonly time: string | Date | undefined }) {
  const language = useLanguage();
  const now = useNow();
  if (!time) return null;
  const date = typeof time === 'string' ? new Date(time) : time;
  return (
    <time dateTime={date.toISOString()} title={formatExactTime(date)}>
      {formatTime(date, new Date(now), language)}
    </time>
  );
}
