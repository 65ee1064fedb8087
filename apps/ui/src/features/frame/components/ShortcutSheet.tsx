'use client';
import { useState } from 'react';
import { IconButton } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Kbd } from '@/components/ui/Kbd';
import { Switch } from '@/components/ui/Switch';
import { useTexts } from '@/i18n/use-texts';
import { listShortcuts, singleKeysOn, switchSingleKeys } from '@/shortcuts/registry';
import { keyCaps } from '../lib/key-caps';
import styles from './ShortcutSheet.module.css';

/** The keys that work on this page, read from what is in force. */
export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts();
  const [shortcuts] = useState(listShortcuts);
  const [single, setSingle] = useState(singleKeysOn);
  const groups = [...new Set(shortcuts.map((shortcut) => shortcut.group))];
  return (
    <Dialog label={t.keys.title} onClose={onClose} wide>
      <header className={styles.head}>
        <h2 className="grow">{t.keys.title}</h2>
        <label className={styles.switch}>
          {t.keys.singleKeys}
          <Switch
            label={t.keys.singleKeys}
            checked={single}
            onChange={(on) => {
              switchSingleKeys(on);
              setSingle(on);
            }}
          />
        </label>
        <IconButton icon="close" label={t.common.close} onClick={onClose} />
      </header>
      <div className={styles.body}>
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {shortcuts
                .filter((shortcut) => shortcut.group === group)
                .map((shortcut) => (
                  <div key={shortcut.keys}>
                    <dt>{shortcut.label}</dt>
                    <dd>
                      {[shortcut.keys, ...(shortcut.also ?? [])].map((keys) => (
                        <span key={keys} className={styles.combination}>
                          {keyCaps(keys).map((cap, index) => (
                            <Kbd key={index}>{cap}</Kbd>
                          ))}
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
