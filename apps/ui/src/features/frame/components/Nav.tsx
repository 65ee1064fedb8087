'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useSyncExternalStore } from 'react';
import { Icon, type IconName } from '@/components/ui/Icon';
import { Kbd } from '@/components/ui/Kbd';
import { Menu } from '@/components/ui/Menu';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import { chooseLanguage } from '@/i18n/language';
import { useLiveCount, useServer } from '@/live/queries';
import { chooseTheme, currentTheme, subscribeToTheme, type Theme } from '../lib/theme';
import { Brand } from './Brand';
import styles from './Nav.module.css';

const THEME_ICON: Record<Theme, IconName> = { system: 'half', light: 'sun', dark: 'moon' };

export function Nav({ onFind, onKeys }: { readonly onFind: () => void; readonly onKeys: () => void }) {
  const t = useTexts();
  const language = useLanguage();
  const area = usePathname().split('/')[1] || 'runs';
  const live = useLiveCount();
  const server = useServer();
  const theme = useSyncExternalStore(subscribeToTheme, currentTheme, () => 'system' as const);
  const entries = [
    { area: 'runs', label: t.nav.runs, icon: 'runs' as const, note: live.data ? t.nav.live(live.data) : undefined },
    { area: 'recurring-runs', label: t.nav.recurring, icon: 'recurring' as const },
    { area: 'pipelines', label: t.nav.pipelines, icon: 'pipelines' as const },
    { area: 'experiments', label: t.nav.experiments, icon: 'experiments' as const },
  ];
  const home = server.data?.substrate === 'kubernetes' ? t.nav.onKubernetes : server.data?.data_folder;
  return (
    <nav className={styles.nav} aria-label={t.nav.main}>
      <Link href="/runs" className={styles.brand} aria-label="Millrace">
        <Brand />
        <span className={styles.word}>Millrace</span>
      </Link>
      <button type="button" className={styles.find} title={t.nav.find} aria-label={t.nav.find} onClick={onFind}>
        <Icon name="search" />
        <span className={styles.label}>{t.nav.find}</span>
        <span className={styles.keys}>⌘K</span>
      </button>
      {entries.map((entry) => (
        <Link key={entry.area} href={`/${entry.area}`} className={styles.entry} title={entry.label} aria-current={area === entry.area ? 'page' : undefined}>
          <Icon name={entry.icon} />
          <span className={styles.label}>{entry.label}</span>
          {entry.note ? <span className={styles.note}>{entry.note}</span> : null}
        </Link>
      ))}
      <span className={styles.space} />
      <Menu
        label={t.nav.theme}
        align="start"
        up
        items={(['system', 'light', 'dark'] as const).map((value) => ({ label: t.nav.themes[value], checked: theme === value, onChoose: () => chooseTheme(value) }))}
        trigger={(props) => (
          <button type="button" className={styles.entry} title={t.nav.theme} aria-label={t.nav.theme} {...props}>
            <Icon name={THEME_ICON[theme]} />
            <span className={styles.label}>{t.nav.theme}</span>
            <span className={styles.note}>{t.nav.themes[theme]}</span>
          </button>
        )}
      />
      <Menu
        label={t.nav.language}
        align="start"
        up
        items={[
          { label: 'English', checked: language === 'en', onChoose: () => chooseLanguage('en') },
          { label: '中文', checked: language === 'zh', onChoose: () => chooseLanguage('zh') },
        ]}
        trigger={(props) => (
          <button type="button" className={`${styles.entry} ${styles.wide}`} title={t.nav.language} aria-label={t.nav.language} {...props}>
            <Icon name="language" />
            <span className={styles.label}>{t.nav.language}</span>
            <span className={styles.note}>{language === 'zh' ? '中文' : 'English'}</span>
          </button>
        )}
      />
      <button type="button" className={`${styles.entry} ${styles.wide}`} title={t.nav.keys} aria-label={t.nav.keys} onClick={onKeys}>
        <Icon name="keyboard" />
        <span className={styles.label}>{t.nav.keys}</span>
        <span className={styles.note}>
          <Kbd>?</Kbd>
        </span>
      </button>
      <Link href="/status" className={styles.foot} aria-label={t.nav.status} aria-current={area === 'status' ? 'page' : undefined} title={[t.nav.status, home && server.data?.data_folder ? t.nav.dataIn(home) : home, server.data && t.nav.version(server.data.version)].filter(Boolean).join('\n')}>
        <Icon name="archive" className={styles.footIcon} />
        <span className={styles.footText}>
          <span className="cut">{home ?? ' '}</span>
          <span className="t3 cut">{server.data ? t.nav.version(server.data.version) : ' '}</span>
        </span>
      </Link>
    </nav>
  );
}
