'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import type { JsonValue } from '@millrace/pipeline-spec';
import { CopyButton } from '@/components/ui/CopyButton';
import { Button } from '@/components/ui/Button';
import { useTexts } from '@/i18n/use-texts';
import styles from './SpecView.module.css';

const CodeEditor = dynamic(() => import('./CodeEditor').then((module) => module.CodeEditor), { ssr: false });

interface SpecViewProps {
  readonly spec: JsonValue;
  readonly platform?: JsonValue;
  readonly fileName: string;
}

/** A pipeline as the YAML its author would upload. */
export function SpecView({ spec, platform, fileName }: SpecViewProps) {
  const t = useTexts();
  const [text, setText] = useState('');
  useEffect(() => {
    let current = true;
    void import('yaml').then(({ stringify }) => {
      const documents = [spec, ...(platform === undefined ? [] : [platform])].map((document) => stringify(document, { lineWidth: 0 }));
      if (current) setText(documents.join('---\n'));
    });
    return () => {
      current = false;
    };
  }, [spec, platform]);
  return (
    <div className={styles.view}>
      <div className={styles.tools}>
        <span className="mono t3 cut">{fileName}</span>
        <span className="grow" />
        <Button small look="quiet" icon="download" onClick={() => download(fileName, text)}>
          {t.common.download}
        </Button>
        <CopyButton text={text} label={t.run.copySpec} />
      </div>
      <div className={styles.code}>{text ? <CodeEditor value={text} language="yaml" label={fileName} height="100%" /> : null}</div>
    </div>
  );
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
