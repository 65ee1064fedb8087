'use client';
import type { JsonValue } from '@millrace/pipeline-spec';
import { useState, type ReactNode } from 'react';
import { CopyButton } from '@/components/ui/CopyButton';
import { formatValue, kindOfValue } from '@/format/value';
import { useTexts } from '@/i18n/use-texts';
import styles from './ValueTable.module.css';

export interface ValueRow {
  readonly name: string;
  readonly value: JsonValue;
  readonly type?: string;
  readonly help?: string;
  readonly note?: ReactNode;
}

const LONG = 400;

/** Names and typed values, each to copy. */
export function ValueTable({ rows }: { readonly rows: readonly ValueRow[] }) {
  return (
    <dl className={styles.table}>
      {rows.map((row) => (
        <div key={row.name} className={styles.row}>
          <dt>
            <span className="mono b">{row.name}</span>
            <span className={styles.type}>{row.type ?? kindOfValue(row.value)}</span>
          </dt>
          <dd>
            <Value value={row.value} />
            {row.help || row.note ? (
              <p className={styles.help}>
                <span>{row.help}</span>
                {row.note ? <span className={styles.note}>{row.note}</span> : null}
              </p>
            ) : null}
          </dd>
          <CopyButton text={formatValue(row.value)} />
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { readonly value: JsonValue }) {
  const t = useTexts();
  const [whole, setWhole] = useState(false);
  const short = formatValue(value);
  const text = typeof value === 'object' && value !== null && short.length > 60 ? JSON.stringify(value, null, 2) : short;
  if (text === '') return <span className="t3">{t.task.empty}</span>;
  const cut = text.length > LONG && !whole;
  return (
    <>
      <span className={`mono ${styles.value} ${typeof value === 'number' ? styles.number : ''}`}>{cut ? `${text.slice(0, LONG)}…` : text}</span>
      {cut ? (
        <button type="button" className="link sm" onClick={() => setWhole(true)}>
          {t.common.more}
        </button>
      ) : null}
    </>
  );
}
