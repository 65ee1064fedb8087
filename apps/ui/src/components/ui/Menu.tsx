'use client';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import { IconButton } from './Button';
import styles from './Menu.module.css';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly trigger?: (props: { ref: React.Ref<HTMLButtonElement>; onClick: () => void; 'aria-haspopup': 'menu'; 'aria-expanded': boolean }) => ReactNode;
  readonly align?: 'start' | 'end';
  readonly up?: boolean;
}

/** A button that opens a short list of actions. Arrow keys, Home, End, Escape. */
export function Menu({ label, items, trigger, align = 'end', up = false }: MenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLSpanElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    list.current?.querySelector<HTMLElement>('[role^=menuitem]:not(:disabled)')?.focus();
    const close = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);

  const move = (to: (index: number, count: number) => number) => {
    const entries = [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)') ?? [])];
    entries[to(entries.indexOf(document.activeElement as HTMLElement), entries.length)]?.focus();
  };
  const toggle = { ref: button, onClick: () => setOpen(!open), 'aria-haspopup': 'menu' as const, 'aria-expanded': open };
  return (
    <span ref={root} className={styles.root}>
      {trigger ? trigger(toggle) : <IconButton icon="more" label={label} small={false} {...toggle} />}
      {open ? (
        <div
          ref={list}
          id={id}
          role="menu"
          aria-label={label}
          className={`${styles.list} ${align === 'end' ? styles.end : ''} ${up ? styles.up : ''}`}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') move((index, count) => (index + 1) % count);
            else if (event.key === 'ArrowUp') move((index, count) => (index - 1 + count) % count);
            else if (event.key === 'Home') move(() => 0);
            else if (event.key === 'End') move((_, count) => count - 1);
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
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              disabled={item.disabled}
              tabIndex={-1}
              className={`${styles.item} ${item.danger ? styles.danger : ''}`}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                item.onChoose();
              }}
            >
              <span className={styles.mark}>{item.checked ? <Icon name="check" size={15} /> : item.icon ? <Icon name={item.icon} size={15} /> : null}</span>
              {item.label}
            </button>
          ))}
        </div>
      ) : null}
    </span>
  );
}
