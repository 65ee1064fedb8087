'use client';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { SearchField } from '@/components/ui/Field';
import { matches } from '@/format/match-text';
import { useTexts } from '@/i18n/use-texts';
import { useAfter } from '@/components/ui/Skeleton';
import type { RunForm } from '../hooks/use-run-form';
import type { DraftProblem } from '../lib/parameter-drafts';
import { ParameterField } from './ParameterField';
import styles from './NewRunPage.module.css';

const MANY = 6;

interface ParametersProps {
  readonly form: RunForm;
  readonly problemOf: (name: string) => DraftProblem | undefined;
}

/** One row for each parameter of the pipeline. */
export function Parameters({ form, problemOf }: ParametersProps) {
  const t = useTexts();
  const [text, setText] = useState('');
  const waited = useAfter(150);
  const shown = form.parameters.filter((parameter) => matches(parameter.name, text));
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>{t.newRun.parameters}</h2>
        <span className="sm t3 nw">{form.parameters.length > 0 ? t.newRun.parametersCount(form.parameters.length, form.reading.changed.size) : ''}</span>
        <span className="grow" />
        {form.parameters.length > MANY ? <SearchField small width={170} label={t.newRun.findParameter} value={text} onChange={setText} /> : null}
        {form.parameters.length > 0 ? (
          <Button small look="quiet" icon="reset" disabled={form.reading.changed.size === 0} onClick={form.resetAll}>
            {t.newRun.resetAll}
          </Button>
        ) : null}
      </div>
      {form.loading ? <div className={waited ? styles.loading : undefined} aria-busy="true" /> : null}
      {form.error && !form.loading ? <ErrorCard title={t.newRun.parameters} error={form.error} /> : null}
      {!form.pipelineId && !form.inline && !form.loading ? <p className="t2">{t.newRun.choosePipelineFirst}</p> : null}
      {(form.pipelineId || form.inline) && !form.loading && !form.error && form.parameters.length === 0 ? <p className="t2">{t.newRun.noParameters}</p> : null}
      <div>
        {shown.map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            drafts={form.drafts}
            changed={form.reading.changed.has(parameter.name)}
            problem={problemOf(parameter.name)}
            onChange={(draft) => form.change(parameter.name, draft)}
          />
        ))}
      </div>
    </section>
  );
}
