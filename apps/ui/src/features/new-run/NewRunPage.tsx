'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import { hostAddress } from '@/api/base-path';
import { ApiError } from '@/api/http';
import { kfp } from '@/api/kfp';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { Segmented } from '@/components/ui/Segmented';
import { showToast } from '@/components/ui/toasts';
import { PageHead } from '@/features/frame';
import { useTexts } from '@/i18n/use-texts';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { useSearchState } from '@/url/use-search-state';
import { Advanced } from './components/Advanced';
import { JsonForm } from './components/JsonForm';
import { fieldId } from './components/ParameterField';
import { Parameters } from './components/Parameters';
import { Summary } from './components/Summary';
import { Terminal } from './components/Terminal';
import { Schedule } from './components/Schedule';
import { What } from './components/What';
import { usePreview } from './hooks/use-preview';
import { useRunForm } from './hooks/use-run-form';
import { useScheduleForm } from './hooks/use-schedule-form';
import { parameterOfPath } from './lib/problem-path';
import { toWireTrigger } from './lib/schedule-draft';
import type { DraftProblem } from './lib/parameter-drafts';
import styles from './components/NewRunPage.module.css';

const FIELD_OF: Record<string, string> = { '#pipeline': 'pick-pipeline', '#version': 'pick-version', '#name': 'run-name', '#every': 'every', '#cron': 'cron', '#end': 'end', '#at-once': 'at-once' };

export function NewRunPage() {
  const t = useTexts();
  const router = useRouter();
  const url = useSearchState();
  const schedule = useScheduleForm();
  const form = useRunForm({ macros: schedule.repeat });
  const [tried, setTried] = useState(false);
  const [starting, setStarting] = useState(false);
  const json = url.get('as') === 'json';
  const ready = (form.pipelineId !== '' && form.versionId !== '') || form.inline;
  const preview = usePreview(form.request, ready && form.reading.problems.length === 0 && !form.loading);

  // What the server says of a parameter stands beside what the form found by itself.
  const problems = useMemo(() => {
    const server = form.problems.length === 0 && !preview.isPlaceholderData ? (preview.data?.problems ?? []) : [];
    const refused = form.problems.length === 0 && preview.error instanceof ApiError && preview.error.status === 400 ? (preview.error.problems.length > 0 ? preview.error.problems : [{ path: '', message: preview.error.message }]) : [];
    return [...form.problems, ...schedule.problems, ...[...server, ...refused].map((problem) => ({ name: parameterOfPath(problem.path), message: problem.message }))];
  }, [form.problems, schedule.problems, preview.data, preview.isPlaceholderData, preview.error]);
  const problemOf = (name: string): DraftProblem | undefined => {
    const problem = problems.find((each) => each.name === name);
    // What is merely not filled in yet is no reproach before one tries to start.
    return problem && (tried || form.drafts[name] !== undefined || !form.parameters.find((each) => each.name === name)?.required) ? problem : undefined;
  };
  const goTo = (problem: DraftProblem) => {
    setTried(true);
    if (json) url.push({ as: undefined });
    setTimeout(() => {
      const field = document.getElementById(FIELD_OF[problem.name] ?? fieldId(problem.name));
      field?.scrollIntoView({ block: 'center' });
      (field?.querySelector<HTMLElement>('[contenteditable]') ?? field)?.focus();
    }, 30);
  };
  const start = async () => {
    const [first] = problems;
    if (first) return goTo(first);
    if (starting) return;
    setStarting(true);
    try {
      const { draft, reading } = schedule;
      if (schedule.repeat && reading.trigger) {
        const { pipeline_version_reference: reference, ...rest } = form.request;
        const always = draft.alwaysLatest && reference ? { pipeline_id: reference.pipeline_id } : reference;
        const created = await kfp.createRecurringRun({ ...rest, ...(always && { pipeline_version_reference: always }), trigger: toWireTrigger(reading.trigger), max_concurrency: draft.atOnce.trim(), no_catchup: !draft.catchUp, mode: 'ENABLE' });
        router.push(`/recurring-runs/${created.recurring_run_id}`);
        return;
      }
      const run = await kfp.createRun(form.request);
      router.push(`/runs/${run.run_id}`);
    } catch (error) {
      setStarting(false);
      showToast(error instanceof ApiError ? error.message || t.common.offline : String(error), { kind: 'failed' });
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || event.isComposing) return;
      event.preventDefault();
      void start();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  useShortcuts([{ keys: 'Mod+Enter', label: t.keys.start, group: t.keys.groups.page, run: () => true }]);
  return (
    <>
      <PageHead
        title={schedule.repeat ? t.recurring.new : t.newRun.title}
        crumbs={schedule.repeat ? [{ label: t.recurring.title, href: '/recurring-runs' }, { label: t.recurring.new }] : [{ label: t.nav.runs, href: '/runs' }, { label: t.newRun.title }]}
        aside={
          form.clone ? (
            <span className={`sm t3 cut ${styles.copied}`}>
              {t.newRun.copiedFrom}{' '}
              <Link prefetch={false} className="link" href={`/runs/${form.clone.run.id}`}>
                {form.clone.run.name}
              </Link>
            </span>
          ) : null
        }
        actions={
          <Segmented
            label={t.newRun.parameters}
            value={json ? 'json' : 'form'}
            options={[
              { value: 'form', label: t.newRun.form },
              { value: 'json', label: t.newRun.json },
            ]}
            onChange={(next) => url.push({ as: next === 'json' ? 'json' : undefined })}
          />
        }
      />
      <div className={styles.scroll}>
        {form.cloneError ? <ErrorCard title={t.runs.runAgain} error={form.cloneError} /> : null}
        <div className={styles.layout}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
            }}
          >
            <What form={form} repeat={schedule.repeat} invalid={(name) => tried && problems.some((problem) => problem.name === name)} />
            <Schedule form={schedule} mayBeLatest={!form.inline} />
            {json ? <JsonForm key={form.versionId} form={form} /> : <Parameters form={form} problemOf={problemOf} />}
            <Advanced form={form} />
          </form>
          <aside className={styles.aside}>
            <Summary preview={ready ? preview.data : undefined} previewError={preview.error} problems={problems} repeat={schedule.repeat} starting={starting} onGoTo={goTo} onStart={() => void start()} />
            {ready && !schedule.repeat ? (
              <Terminal
                run={{
                  host: hostAddress(),
                  name: form.request.display_name,
                  experiment: form.experimentName || 'Default',
                  pipelineId: form.inline ? undefined : form.pipelineId,
                  versionId: form.versionId || undefined,
                  parameters: form.reading.values,
                  pipelineRoot: form.pipelineRoot || undefined,
                }}
              />
            ) : null}
          </aside>
        </div>
      </div>
    </>
  );
}
