'use client';
import { ApiError } from '@/api/http';
import { useTexts } from '@/i18n/use-texts';
import { Button } from './Button';
import { copyText } from './copy-text';
import { StateGlyph } from './StateGlyph';
import styles from './ErrorCard.module.css';

interface ErrorCardProps {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** In place of the part that failed: what, why, and the way on. */
export function ErrorCard({ title, error, onRetry }: ErrorCardProps) {
  const t = useTexts();
  const why = error instanceof ApiError ? (error.status === 0 ? t.common.offline : error.message) : String(error instanceof Error ? error.message : error);
  const requestId = error instanceof ApiError ? error.requestId : undefined;
  return (
    <div className={styles.card} role="alert">
      <span className={styles.glyph}>
        <StateGlyph state="failed" decorative />
      </span>
      <div className="grow">
        <p className={styles.title}>{title}</p>
        <p className="t2">{why}</p>
        <div className={styles.actions}>
          {onRetry ? (
            <Button small onClick={onRetry}>
              {t.common.retry}
            </Button>
          ) : null}
          {requestId ? (
            <Button small look="quiet" onClick={() => void copyText(requestId)}>
              {t.common.copyRequestId}
            </Button>
          ) : null}
        </div>
      </div>
    </div>
  );
}
