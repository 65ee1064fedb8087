import styles from './Checkbox.module.css';

interface CheckboxProps {
  readonly checked: boolean;
  readonly mixed?: boolean;
  readonly label: string;
  readonly onChange: (checked: boolean, event: { shiftKey: boolean }) => void;
  readonly tabIndex?: number;
}

export function Checkbox({ checked, mixed = false, label, onChange, tabIndex }: CheckboxProps) {
  return (
    <span className={styles.hit} onClick={(event) => event.stopPropagation()}>
      <input
        type="checkbox"
        className={`${styles.box} ${mixed && !checked ? styles.mixed : ''}`}
        checked={checked}
        tabIndex={tabIndex}
        aria-label={label}
        ref={(element) => {
          if (element) element.indeterminate = mixed && !checked;
        }}
        onChange={(event) => onChange(event.target.checked, { shiftKey: (event.nativeEvent as unknown as MouseEvent).shiftKey })}
      />
    </span>
  );
}
