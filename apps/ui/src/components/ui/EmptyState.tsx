import type { ReactNode } from 'react';
import { CopyButton } from './CopyButton';
import styles from './EmptyState.module.css';

interface EmptyStateProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly code?: string;
  readonly children?: ReactNode;
}

/** What would be here, and the one next step with its command to copy. */
export function EmptyState({ title, text, code, children }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {text ? <p className={styles.text}>{text}</p> : null}
      {code ? <CodeBlock code={code} /> : null}
      {children ? <div className={styles.actions}>{children}</div> : null}
    </div>
  );
}

export function CodeBlock({ code }: { readonly code: string }) {
  return (
    <div className={styles.code}>
      <pre className="mono" tabIndex={0}>
        {code}
      </pre>
      <CopyButton text={code} />
    </div>
  );
}
