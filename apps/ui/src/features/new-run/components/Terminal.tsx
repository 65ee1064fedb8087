'use client';
import { useState } from 'react';
import { CopyButton } from '@/components/ui/CopyButton';
import { Segmented } from '@/components/ui/Segmented';
import { useTexts } from '@/i18n/use-texts';
import { kfpCommand, pythonProgram, type CommandRun } from '../lib/terminal-command';
import styles from './Summary.module.css';

/** The same run by the kfp command or from Python. */
export function Terminal({ run }: { readonly run: CommandRun }) {
  const t = useTexts();
  const [kind, setKind] = useState<'cli' | 'python'>('cli');
  const cli = kfpCommand(run);
  const shown = cli && kind === 'cli' ? cli.command : pythonProgram(run);
  return (
    <section className={`${styles.card} ${styles.terminal}`}>
      <header>
        <h2 className="cut grow">{t.newRun.sameFromTerminal}</h2>
        {cli ? (
          <Segmented
            small
            label={t.newRun.sameFromTerminal}
            value={kind}
            options={[
              { value: 'cli', label: t.newRun.cli },
              { value: 'python', label: t.newRun.python },
            ]}
            onChange={setKind}
          />
        ) : null}
        <CopyButton text={shown} />
      </header>
      <pre className="mono" tabIndex={0}>
        {shown}
      </pre>
      {cli && kind === 'cli' && cli.leftOut.length > 0 ? <p className={styles.hint}>{t.newRun.cliTyped}</p> : null}
    </section>
  );
}
