'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { SearchField } from './Field';
import styles from './ListTable.module.css';

export interface ListColumn<Item> {
  readonly label: string;
  readonly className?: 'wide' | 'time';
  readonly cell: (item: Item) => ReactNode;
}

export interface ListTableProps<Item> {
  readonly items: readonly Item[];
  readonly idOf: (item: Item) => string;
  readonly nameOf: (item: Item) => string;
  readonly hrefOf: (item: Item) => string;
  readonly nameLabel: string;
  readonly columns: readonly ListColumn<Item>[];
}

/** A list of named things: pipelines, experiments. Its links are the tab stops; the page's keys move between them. */
export function ListTable<Item>({ items, idOf, nameOf, hrefOf, nameLabel, columns }: ListTableProps<Item>) {
  const router = useRouter();
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{nameLabel}</th>
          {columns.map((column) => (
            <th key={column.label} className={column.className ? styles[column.className] : undefined}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item, index) => (
          <tr key={idOf(item)} onClick={(event) => (event.target as HTMLElement).closest('a, button') ?? router.push(hrefOf(item))}>
            <td>
              <Link href={hrefOf(item)} prefetch={false} className="cut" title={nameOf(item)} data-row={index}>
                {nameOf(item)}
              </Link>
            </td>
            {columns.map((column) => (
              <td key={column.label} className={`cut t2 ${column.className ? styles[column.className] : ''}`}>
                {column.cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A filter whose text reaches the address a moment after the last letter. */
export function DelayedSearch({ value, onChange, label, fieldRef }: { readonly value: string; readonly onChange: (text: string) => void; readonly label: string; readonly fieldRef: React.Ref<HTMLInputElement> }) {
  const [text, setText] = useState(value);
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  });
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change.current(text), 200);
    return () => clearTimeout(timer);
  }, [text, value]);
  return <SearchField ref={fieldRef} value={text} onChange={setText} label={label} keys="/" width={264} />;
}

/** Moves the focus between a list's rows; false when there is none. */
export function focusRow(scroller: HTMLElement | null, step: 1 | -1): boolean {
  const rows = [...(scroller?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))];
  next?.focus();
  return next !== undefined;
}
