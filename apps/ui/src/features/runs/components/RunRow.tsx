'use client';
import type { RunSummary } from '@millrace/api-contract';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { memo } from 'react';
import { Checkbox } from '@/components/ui/Checkbox';
import { Elapsed, When } from '@/components/ui/Elapsed';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Strip } from '@/components/ui/Strip';
import { useTexts } from '@/i18n/use-texts';
import { doneOf, isActive, sumOf, visualCounts, visualOfRun } from '@/states/visual-state';
import styles from './RunsTable.module.css';

interface RunRowProps {
  readonly run: RunSummary;
  readonly index: number;
  readonly selected: boolean;
  readonly current: boolean;
  readonly stop: boolean;
  readonly onCursor: (index: number) => void;
  readonly onSelect: (index: number, on: boolean, extend: boolean) => void;
}

export const RunRow = memo(function RunRow({ run, index, selected, current, stop, onCursor, onSelect }: RunRowProps) {
  const t = useTexts();
  const router = useRouter();
  const counts = visualCounts(run.task_counts);
  const total = sumOf(counts);
  const pipeline = run.pipeline?.name ?? run.pipeline_name;
  const version = run.version?.name ?? t.runs.inlinePipeline;
  return (
    <tr
      className={`${selected ? styles.on : ''} ${current ? styles.current : ''}`}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('a, button, input')) return;
        if (event.metaKey || event.ctrlKey) onSelect(index, !selected, false);
        else router.push(`/runs/${run.id}`);
      }}
    >
      <td className={styles.check}>
        <Checkbox checked={selected} label={t.common.select(run.name)} tabIndex={-1} onChange={(on, { shiftKey }) => onSelect(index, on, shiftKey)} />
      </td>
      <td className={styles.glyph}>
        <StateGlyph state={visualOfRun(run)} canceling={run.state === 'CANCELING'} />
      </td>
      <td className={styles.name}>
        <div className="row">
          <Link href={`/runs/${run.id}`} prefetch={false} className={`cut ${styles.title}`} title={run.name} tabIndex={stop ? 0 : -1} data-row={index} onFocus={() => onCursor(index)}>
            {run.name}
          </Link>
          {run.error ? (
            <span className={`cut ${styles.note} ${run.state === 'CANCELED' || run.state === 'CANCELING' ? 'st-canceled' : 'st-failed'}`} title={run.error}>
              {run.error}
            </span>
          ) : null}
        </div>
        <div className={styles.phone}>
          <span className="cut">
            {pipeline} {version}
          </span>
          <When time={run.started_at ?? run.created_at} />
        </div>
      </td>
      <td className={`${styles.experiment} cut t2`} title={run.experiment.name}>
        {run.experiment.name}
      </td>
      <td className={`${styles.version} t2`} title={`${pipeline} ${version}`}>
        <span className="row g4">
          <span className="cut">{pipeline}</span>
          {version === pipeline ? null : <span className={`t3 cut ${styles.versionName}`}>{version}</span>}
        </span>
      </td>
      <td className={styles.tasks}>
        <div className="row">
          <Strip counts={counts} />
          <span className={`sm t3 figures ${styles.done}`}>{total > 0 ? `${doneOf(counts)}/${total}` : ''}</span>
        </div>
      </td>
      <td className={styles.duration}>
        <Elapsed from={run.started_at} to={run.finished_at ?? (isActive(run) ? undefined : run.started_at)} />
      </td>
      <td className={`${styles.started} t2`}>
        <When time={run.started_at ?? run.created_at} />
      </td>
    </tr>
  );
});
