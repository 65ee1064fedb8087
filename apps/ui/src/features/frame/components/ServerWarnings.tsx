'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { IconButton } from '@/components/ui/Button';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { useTexts } from '@/i18n/use-texts';
import { useServer } from '@/live/queries';
import styles from './ServerWarnings.module.css';

/** What the server says is wrong with its install, above every page until it is put away or over. */
export function ServerWarnings() {
  const t = useTexts();
  const { data: server } = useServer();
  const [away, setAway] = useState<readonly string[]>([]);
  const warnings = (server?.warnings ?? []).filter((warning) => !away.includes(warning));
  const elsewhere = usePathname() !== '/status';
  if (warnings.length === 0) return null;
  return (
    <aside className={styles.warnings} aria-label={t.nav.warnings}>
      {warnings.map((warning) => (
        <p key={warning} className={styles.warning}>
          <StateGlyph state="waiting" decorative />
          <span className="grow">{warning}</span>
          {elsewhere ? (
            <Link prefetch={false} href="/status" className="link nw">
              {t.nav.status}
            </Link>
          ) : null}
          <IconButton icon="close" label={t.common.close} onClick={() => setAway([...away, warning])} />
        </p>
      ))}
    </aside>
  );
}
