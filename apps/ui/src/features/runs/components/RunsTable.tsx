'use client';
import type { RunSummary } from '@millrace/api-contract';
import { Checkbox } from '@/components/ui/Checkbox';
import { Icon } from '@/components/ui/Icon';
import { useTexts } from '@/i18n/use-texts';
import { RunRow } from './RunRow';
import styles from './RunsTable.module.css';

interface RunsTableProps {
  readonly runs: readonly RunSummary[];
  readonly selected: ReadonlySet<string>;
  readonly cursor: number;
  readonly showExperiment: boolean;
  readonly onCursor: (index: number) => void;
  readonly onSelect: (index: number, on: boolean, extend: boolean) => void;
  readonly onSelectAll: (on: boolean) => void;
}

/** The list of runs. One tab stop besides its head; the page's keys move inside. */
export function RunsTable({ runs, selected, cursor, showExperiment, onCursor, onSelect, onSelectAll }: RunsTableProps) {
  const t = useTexts();
  const all = runs.length > 0 && runs.every((run) => selected.has(run.id));
  return (
    <table className={`${styles.table} ${showExperiment ? '' : styles.noExperiment}`}>
      <thead>
        <tr>
          <th className={styles.check}>
            <Checkbox checked={all} mixed={selected.size > 0} label={t.common.selectAll} onChange={onSelectAll} />
          </th>
          <th className={styles.glyph}>
            <span className="hidden-text">{t.runs.state}</span>
          </th>
          <th className={styles.name}>{t.runs.columns.name}</th>
          <th className={styles.experiment}>{t.runs.columns.experiment}</th>
          <th className={styles.version}>{t.runs.columns.version}</th>
          <th className={styles.tasks}>{t.runs.columns.tasks}</th>
          <th className={styles.duration}>{t.runs.columns.duration}</th>
          <th className={styles.started} aria-sort="descending">
            <span className={styles.sorted}>
              {t.runs.columns.started}
              <Icon name="down" size={12} />
            </span>
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run, index) => (
          <RunRow key={run.id} run={run} index={index} selected={selected.has(run.id)} current={index === cursor} stop={index === (cursor < 0 ? 0 : cursor)} onCursor={onCursor} onSelect={onSelect} />
        ))}
      </tbody>
    </table>
  );
}
