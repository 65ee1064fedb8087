import type { InputHTMLAttributes, Ref } from 'react';
import { Icon } from './Icon';
import { Kbd } from './Kbd';
import styles from './Field.module.css';

interface SearchFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value' | 'size'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly keys?: string;
  readonly small?: boolean;
  readonly width?: number | string;
  readonly ref?: Ref<HTMLInputElement>;
  readonly trailing?: React.ReactNode;
}

/** A box to filter by text; Escape empties it, then leaves it. */
export function SearchField({ value, onChange, label, keys, small = false, width, ref, trailing, ...rest }: SearchFieldProps) {
  return (
    <span className={`${styles.field} ${small ? styles.small : ''}`} style={{ width }}>
      <Icon name="search" />
      <input
        {...rest}
        ref={ref}
        className={styles.input}
        type="text"
        value={value}
        placeholder={label}
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          rest.onKeyDown?.(event);
          if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
          event.stopPropagation();
          if (value) onChange('');
          else event.currentTarget.blur();
        }}
      />
      {trailing}
      {keys && !value ? <Kbd>{keys}</Kbd> : null}
    </span>
  );
}

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly invalid?: boolean;
  readonly mono?: boolean;
}

export function TextField({ value, onChange, invalid = false, mono = false, ...rest }: TextFieldProps) {
  return (
    <span className={`${styles.field} ${invalid ? styles.invalid : ''}`}>
      <input {...rest} aria-invalid={invalid || undefined} className={`${styles.input} ${mono ? 'mono' : ''}`} type="text" value={value} autoComplete="off" spellCheck={false} onChange={(event) => onChange(event.target.value)} />
    </span>
  );
}
