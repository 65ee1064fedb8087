'use client';
import { useEffect, useId, useRef, useState } from 'react';
import { Icon, type IconName } from '@/components/ui/Icon';
import { matches } from '@/format/match-text';
import { useTexts } from '@/i18n/use-texts';
import styles from './Picker.module.css';

export interface PickerOption {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
}

interface PickerProps {
  readonly id: string;
  readonly icon: IconName;
  readonly label: string;
  readonly value: string | undefined;
  readonly shown: string;
  readonly note?: string;
  readonly options: readonly PickerOption[];
  readonly onChange: (id: string) => void;
  /** Called while one types, where the options are found by the server. */
  readonly onSearch?: (text: string) => void;
  readonly invalid?: boolean;
}

/** One of many things by name: a button that opens a list with a filter. */
export function Picker({ id, icon, label, value, shown, note, options, onChange, onSearch, invalid = false }: PickerProps) {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const listId = useId();
  // Also where the server searches: its answer may still be the one to an earlier text.
  const found = options.filter((option) => matches(option.label, text));
  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);
  const choose = (option: PickerOption | undefined) => {
    if (!option) return;
    onChange(option.id);
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div className={styles.root} ref={root}>
      <button
        ref={button}
        id={id}
        type="button"
        className={`${styles.pick} ${invalid ? styles.invalid : ''}`}
        aria-haspopup="listbox"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
          setText('');
          onSearch?.('');
          setAt(Math.max(0, options.findIndex((option) => option.id === value)));
        }}
      >
        <Icon name={icon} className={styles.icon} />
        <span className="grow">
          <span className={styles.label}>{label}</span>
          <span className={`cut ${value ? 'b' : 't3'} ${styles.shown}`}>{shown}</span>
        </span>
        {note ? <span className="sm t3 nw">{note}</span> : null}
        <Icon name="down" size={13} className={styles.icon} />
      </button>
      {open ? (
        <div className={styles.popover}>
          <input
            className={styles.search}
            autoFocus
            value={text}
            placeholder={t.newRun.filter}
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-label={`${label}, ${t.newRun.filter}`}
            aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
            autoComplete="off"
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
              onSearch?.(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1));
              else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
              else if (event.key === 'Enter') choose(found[at]);
              else if (event.key === 'Escape') {
                setOpen(false);
                button.current?.focus();
              } else if (event.key === 'Tab') {
                setOpen(false);
                return;
              } else return;
              event.preventDefault();
              event.stopPropagation();
            }}
          />
          <div className={styles.list} id={listId} role="listbox" aria-label={label}>
            {found.length === 0 ? <p className={styles.none}>{t.newRun.nothingFound}</p> : null}
            {found.map((option, index) => (
              <button
                key={option.id}
                id={`${listId}-${index}`}
                type="button"
                role="option"
                tabIndex={-1}
                aria-selected={option.id === value}
                className={index === at ? styles.at : undefined}
                ref={(element) => {
                  if (index === at) element?.scrollIntoView({ block: 'nearest' });
                }}
                onPointerMove={() => setAt(index)}
                onClick={() => choose(option)}
              >
                <span className="cut">{option.label}</span>
                {option.note ? <span className="sm t3 nw">{option.note}</span> : null}
                <span className="grow" />
                {option.id === value ? <Icon name="check" size={14} /> : null}
              </button>
            ))}
          </div>
        </div>
      ) : null}
    </div>
  );
}
