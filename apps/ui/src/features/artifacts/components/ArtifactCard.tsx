'use client';
import type { ArtifactView } from '@millrace/api-contract';
import { useState, type ReactNode } from 'react';
import { CopyButton } from '@/components/ui/CopyButton';
import { Icon } from '@/components/ui/Icon';
import { Tag } from '@/components/ui/Tag';
import { cutMiddle, formatBytes } from '@/format/number';
import { formatValue } from '@/format/value';
import { useTexts } from '@/i18n/use-texts';
import { shortType } from '../lib/preview-kind';
import { isUiMetadata } from '../lib/ui-metadata';
import { ArtifactPreview } from './ArtifactPreview';
import styles from './ArtifactCard.module.css';

interface ArtifactCardProps {
  readonly name: string;
  readonly artifact: ArtifactView;
  readonly note?: ReactNode;
}

/** An artifact in one row that opens to its metadata and a preview. */
export function ArtifactCard({ name, artifact, note }: ArtifactCardProps) {
  const t = useTexts();
  // What was made to be looked at is not hidden behind a click.
  const [open, setOpen] = useState(isUiMetadata(artifact.name));
  const metadata = Object.entries(artifact.metadata);
  return (
    <section className={styles.card}>
      <div className={styles.head}>
        <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'down' : 'right'} size={14} />
          <Icon name="artifact" size={15} />
          <span className="b cut">{name}</span>
          <Tag>{shortType(artifact.type)}</Tag>
        </button>
        {note}
        <span className="sm t3 nw">{artifact.content?.kind === 'directory' ? t.artifacts.directory : ''} {artifact.content ? formatBytes(artifact.content.size_bytes) : ''}</span>
      </div>
      <div className={styles.uri}>
        <span className="mono t3 cut" title={artifact.uri}>
          {cutMiddle(artifact.uri, 72)}
        </span>
        <CopyButton text={artifact.uri} />
      </div>
      {open ? (
        <div className={styles.body}>
          {metadata.length > 0 ? (
            <dl className={styles.metadata}>
              {metadata.map(([key, value]) => (
                <div key={key}>
                  <dt className="mono">{key}</dt>
                  <dd className="mono cut" title={formatValue(value)}>
                    {formatValue(value)}
                  </dd>
                </div>
              ))}
            </dl>
          ) : null}
          <ArtifactPreview artifact={artifact} />
        </div>
      ) : null}
    </section>
  );
}
