import styles from './Switch.module.css';

interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: string;
  readonly id?: string;
}

export const Switch = ({ checked, onChange, label, id }: SwitchProps) => (
  <input id={id} type="checkbox" role="switch" className={styles.switch} checked={checked} aria-label={label} onChange={(event) => onChange(event.target.checked)} />
);
