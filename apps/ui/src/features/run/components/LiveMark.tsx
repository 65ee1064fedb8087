'use client';
import { useEffect, useState } from 'react';
import { formatDuration } from '@/format/duration';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import { useLiveStatus } from '@/live/LiveProvider';
import { useNow } from '@/live/use-now';
import styles from './LiveMark.module.css';

/** Whether what is shown moves by itself; without a connection, how old it is. */
export function LiveMark() {
  const t = useTexts();
  const language = useLanguage();
  const status = useLiveStatus();
  const now = useNow();
  const [since, setSince] = useState<number>();
  useEffect(() => setSince(status === 'paused' ? Date.now() : undefined), [status]);
  const age = since === undefined ? 0 : now - since;
  return (
    <span className={styles.live} role="status" title={age > 1000 ? t.live.age(formatDuration(age, language)) : undefined}>
      <i className={status === 'live' ? styles.dot : styles.off} />
      {status === 'live' ? t.live.on : status === 'paused' ? t.live.paused : t.live.connecting}
    </span>
  );
}
