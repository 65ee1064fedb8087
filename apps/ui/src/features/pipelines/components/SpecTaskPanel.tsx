'use client';
import type { AnyPipeline } from '@millrace/pipeline-spec';
import { useMemo } from 'react';
import { IconButton } from '@/components/ui/Button';
import { Code, ValueTable } from '@/features/task';
import { shortType } from '@/features/artifacts';
import { useTexts } from '@/i18n/use-texts';
import { describeTask } from '../lib/describe-task';
import styles from './PipelinesPage.module.css';

interface SpecTaskPanelProps {
  readonly pipeline: AnyPipeline;
  readonly path: string;
  readonly onClose: () => void;
}

/** What a version's spec says of one task. */
export function SpecTaskPanel({ pipeline, path, onClose }: SpecTaskPanelProps) {
  const t = useTexts();
  const task = useMemo(() => describeTask(pipeline, path), [pipeline, path]);
  if (!task) return null;
  const typeOf = (type: string) => (type in t.newRun.types ? t.newRun.types[type as keyof typeof t.newRun.types] : shortType(type));
  return (
    <aside className={styles.panel} aria-label={t.pipelines.taskPanel(task.name)}>
      <div className={styles.panelHead}>
        <h2 className="cut grow" title={task.path}>
          {task.name}
        </h2>
        <IconButton icon="close" label={t.common.close} onClick={onClose} />
      </div>
      {task.inputs.length > 0 ? (
        <>
          <h3>{t.pipelines.node.inputs}</h3>
          <ValueTable rows={task.inputs.map((input) => ({ name: input.name, type: typeOf(input.type), value: input.constant ?? (input.source ? t.pipelines.from(input.source) : '') }))} />
        </>
      ) : null}
      {task.outputs.length > 0 ? (
        <>
          <h3>{t.pipelines.node.outputs}</h3>
          <ValueTable rows={task.outputs.map((output) => ({ name: output.name, type: '', value: typeOf(output.type) }))} />
        </>
      ) : null}
      <Code title={t.pipelines.node.component} text={task.component} />
      {task.image ? <Code title={t.pipelines.node.image} text={task.image} /> : null}
      {task.command.length > 0 ? <Code title={t.task.command} text={task.command.join('\n')} /> : null}
      {task.args.length > 0 ? <Code title={t.task.args} text={task.args.join('\n')} /> : null}
    </aside>
  );
}
