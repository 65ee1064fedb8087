import { useRef } from 'react';
import styles from './Segmented.module.css';

interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T | undefined;
  readonly onChange: (value: T) => void;
  readonly small?: boolean;
}

/** One of a few views. One tab stop; arrow keys move. */
export function Segmented<T extends string>({ label, options, value, onChange, small = false }: SegmentedProps<T>) {
  const group = useRef<HTMLDivElement>(null);
  const current = options.some((option) => option.value === value) ? value : options[0]?.value;
  const move = (step: number) => {
    const index = options.findIndex((option) => option.value === current);
    const next = options[(index + step + options.length) % options.length];
    if (!next) return;
    onChange(next.value);
    group.current?.querySelectorAll('button')[options.indexOf(next)]?.focus();
  };
  return (
    <div
      ref={group}
      className={`${styles.seg} ${small ? styles.small : ''}`}
      role="radiogroup"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(-1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {options.map((option) => (
        <button key={option.value} type="button" role="radio" aria-checked={option.value === value} tabIndex={option.value === current ? 0 : -1} onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}
