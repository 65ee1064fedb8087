'use client';
import { useSyncExternalStore } from 'react';
import { useTexts } from '@/i18n/use-texts';
import { Button, IconButton } from './Button';
import { StateGlyph } from './StateGlyph';
import { dismissToast, toastStore, undoLast, type Toast } from './toasts';
import styles from './Toasts.module.css';

const NONE: readonly Toast[] = [];

export function Toasts() {
  const t = useTexts();
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.get, () => NONE);
  return (
    <div className={styles.corner} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={styles.toast}>
          <StateGlyph state={toast.kind === 'failed' ? 'failed' : 'succeeded'} decorative />
          <span className={styles.text}>{toast.text}</span>
          {toast.undo ? (
            <Button small look="quiet" keys="Z" onClick={undoLast}>
              {t.common.undo}
            </Button>
          ) : null}
          <IconButton icon="close" label={t.common.close} onClick={() => dismissToast(toast.id)} />
        </div>
      ))}
    </div>
  );
}
