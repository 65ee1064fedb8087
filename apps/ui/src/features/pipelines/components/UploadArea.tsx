'use client';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from '@/components/ui/Button';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Icon } from '@/components/ui/Icon';
import { useTexts } from '@/i18n/use-texts';
import { useSearchState } from '@/url/use-search-state';
import { useUpload } from '../hooks/use-upload';
import styles from './UploadArea.module.css';

const ACCEPT = '.yaml,.yml,.json,.zip,.gz,.tgz';

interface UploadAreaProps {
  readonly pipeline?: { readonly id: string; readonly name: string };
  /** The page, given the button that chooses a file. */
  readonly children: (button: ReactNode) => ReactNode;
}

/** A page on which a file can be dropped anywhere; its problems are listed before anything is stored. */
export function UploadArea({ pipeline, children }: UploadAreaProps) {
  const t = useTexts();
  const url = useSearchState();
  const input = useRef<HTMLInputElement>(null);
  const depth = useRef(0);
  const [over, setOver] = useState(false);
  const { upload, uploading, failure, dismiss } = useUpload(pipeline?.id);
  const asked = url.get('upload') === '1';
  useEffect(() => {
    if (!asked) return;
    url.replace({ upload: undefined });
    input.current?.click();
  }, [asked, url]);
  const hasFile = (event: React.DragEvent) => event.dataTransfer.types.includes('Files');
  const button = (
    <Button icon="upload" disabled={uploading !== undefined} onClick={() => input.current?.click()}>
      {pipeline ? t.pipelines.uploadVersion : t.pipelines.upload}
    </Button>
  );
  return (
    <div
      className={styles.area}
      onDragEnter={(event) => {
        if (!hasFile(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current = Math.max(0, depth.current - 1);
        if (depth.current === 0) setOver(false);
      }}
      onDragOver={(event) => {
        if (hasFile(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) void upload(file);
      }}
    >
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        hidden
        data-testid="upload"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) void upload(file);
        }}
      />
      {children(button)}
      {failure ? (
        <section className={styles.failure} role="alert">
          <header>
            <StateGlyph state="failed" decorative />
            <b className="grow cut">{failure.problems.length > 0 ? t.pipelines.problems(failure.problems.length, failure.file) : t.pipelines.uploadFailed(failure.file)}</b>
            <IconButton icon="close" label={t.common.close} onClick={dismiss} />
          </header>
          {failure.problems.length > 0 ? (
            <ol>
              {failure.problems.map((problem, index) => (
                <li key={index}>
                  <span className={styles.where}>
                    {problem.line === undefined ? '' : t.pipelines.line(problem.line)} {problem.path ? <span className="mono">{problem.path}</span> : null}
                  </span>
                  <span>{problem.message}</span>
                  {problem.remedy ? <span className="t2">{problem.remedy}</span> : null}
                </li>
              ))}
            </ol>
          ) : (
            <p className={styles.message}>{failure.message}</p>
          )}
          <footer className="sm t3">{t.pipelines.remedy}</footer>
        </section>
      ) : null}
      {uploading ? (
        <p className={styles.busy} role="status">
          {t.pipelines.uploading(uploading)}
        </p>
      ) : null}
      {over ? (
        <div className={styles.drop} aria-hidden="true">
          <Icon name="upload" size={24} />
          <b>{pipeline ? t.pipelines.dropVersion(pipeline.name) : t.pipelines.drop}</b>
          <span className="t2">{t.pipelines.dropText}</span>
        </div>
      ) : null}
    </div>
  );
}
