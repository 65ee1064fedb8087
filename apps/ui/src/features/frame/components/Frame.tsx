'use client';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useEffect, useState, type ReactNode } from 'react';
import { Toasts } from '@/components/ui/Toasts';
import { undoLast } from '@/components/ui/toasts';
import { useDocumentLanguage, useTexts } from '@/i18n/use-texts';
import { handleKey } from '@/shortcuts/registry';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { fromUpstreamLink } from '@/url/upstream-links';
import { Nav } from './Nav';
import { ServerWarnings } from './ServerWarnings';
import styles from './Frame.module.css';

const loadPalette = () => import('./CommandPalette').then((module) => module.CommandPalette);
const CommandPalette = dynamic(loadPalette, { ssr: false });
const ShortcutSheet = dynamic(() => import('./ShortcutSheet').then((module) => module.ShortcutSheet), { ssr: false });

/** Navigation beside the page, and what works everywhere: palette, keys, toasts. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const t = useTexts();
  const router = useRouter();
  const [open, setOpen] = useState<'palette' | 'keys'>();
  useDocumentLanguage();
  useEffect(() => {
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, []);
  useEffect(() => {
    const follow = () => {
      const path = fromUpstreamLink(window.location.hash);
      if (path) router.replace(path);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, [router]);
  useEffect(() => {
    // Whoever presses ⌘K goes on typing at once: the palette must be there.
    const timer = setTimeout(() => void loadPalette(), 1500);
    return () => clearTimeout(timer);
  }, []);
  const group = t.keys.groups.everywhere;
  useShortcuts([
    { keys: 'Mod+k', label: t.keys.palette, group, run: () => setOpen(open === 'palette' ? undefined : 'palette') },
    { keys: '?', label: t.keys.sheet, group, run: () => setOpen('keys') },
    { keys: 'g r', label: t.keys.goRuns, group, run: () => router.push('/runs') },
    { keys: 'g p', label: t.keys.goPipelines, group, run: () => router.push('/pipelines') },
    { keys: 'g s', label: t.keys.goRecurring, group, run: () => router.push('/recurring-runs') },
    { keys: 'g e', label: t.keys.goExperiments, group, run: () => router.push('/experiments') },
    { keys: 'n', label: t.keys.newRun, group, run: () => router.push('/runs/new') },
    { keys: 'z', label: t.keys.undo, group, run: undoLast },
  ]);
  return (
    <div className={styles.app}>
      <a href="#main" className={styles.skip}>
        {t.nav.skip}
      </a>
      <Nav onFind={() => setOpen('palette')} onKeys={() => setOpen('keys')} />
      <main id="main" className={styles.main} tabIndex={-1}>
        <ServerWarnings />
        {children}
      </main>
      {open === 'palette' ? <CommandPalette onClose={() => setOpen(undefined)} onKeys={() => setOpen('keys')} /> : null}
      {open === 'keys' ? <ShortcutSheet onClose={() => setOpen(undefined)} /> : null}
      <Toasts />
    </div>
  );
}
