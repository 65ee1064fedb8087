'use client';
import type { JsonValue } from '@millrace/pipeline-spec';
import { useState } from 'react';
import { CodeEditor } from '@/features/code';
import { useTexts } from '@/i18n/use-texts';
import type { RunForm } from '../hooks/use-run-form';
import { findJsonFault } from '../lib/json-fault';
import styles from './NewRunPage.module.css';

/** All parameters as one JSON object, both ways. */
export function JsonForm({ form }: { readonly form: RunForm }) {
  const t = useTexts();
  const [text, setText] = useState(() => JSON.stringify(withDefaults(form), null, 2));
  const [message, setMessage] = useState<{ text: string; line?: number; mended?: string }>();
  const change = (next: string) => {
    setText(next);
    const fault = findJsonFault(next);
    if (fault) {
      const words = t.newRun.jsonFault;
      const why = fault.kind === 'end' ? words.end : fault.kind === 'comma' ? words.comma(fault.found) : fault.kind === 'trailing' ? words.trailing : words.unexpected(fault.found);
      setMessage({ text: t.newRun.problem.json(t.newRun.json, fault.line, why), line: fault.line, mended: fault.mended });
      return;
    }
    const value = JSON.parse(next) as JsonValue;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      setMessage({ text: t.newRun.problem.struct(t.newRun.json), line: 1 });
      return;
    }
    const [problem] = form.changeAll(value as Record<string, JsonValue>);
    setMessage(problem && { text: problem.message });
  };
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>{t.newRun.parameters}</h2>
      </div>
      <div className={`${styles.json} ${message ? styles.jsonBad : ''}`}>
        <CodeEditor value={text} language="json" label={t.newRun.parameters} badLine={message?.line} minHeight="240px" onChange={change} />
      </div>
      <p className={`${styles.hint} ${message ? styles.wrong : ''}`} role={message ? 'alert' : undefined}>
        {message?.text ?? t.newRun.jsonHint}{' '}
        {message?.mended === undefined ? null : (
          <button type="button" className="link" onClick={() => change(message.mended ?? '')}>
            {t.newRun.addIt}
          </button>
        )}
      </p>
    </section>
  );
}

function withDefaults(form: RunForm): Record<string, JsonValue> {
  const result: Record<string, JsonValue> = {};
  for (const parameter of form.parameters) {
    const value = form.reading.values[parameter.name] ?? parameter.default;
    if (value !== undefined && value !== null) result[parameter.name] = value;
  }
  return result;
}
