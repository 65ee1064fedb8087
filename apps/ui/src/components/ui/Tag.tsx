import type { ReactNode } from 'react';
import styles from './Tag.module.css';

export const Tag = ({ children }: { readonly children: ReactNode }) => <span className={styles.tag}>{children}</span>;

interface ChipProps {
  readonly children: ReactNode;
  readonly removeLabel: string;
  readonly onRemove: () => void;
}

/** A filter in force, as a phrase; its cross takes it away. */
export const Chip = ({ children, removeLabel, onRemove }: ChipProps) => (
  <span className={styles.chip}>
    {children}
    <button type="button" title={removeLabel} aria-label={removeLabel} onClick={onRemove}>
      <svg width="12" height="12" viewBox="0 0 16 16" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" aria-hidden="true">
        <path d="M4 4l8 8M12 4l-8 8" />
      </svg>
    </button>
  </span>
);
