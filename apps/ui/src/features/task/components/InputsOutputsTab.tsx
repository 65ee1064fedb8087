'use client';
import type { ArtifactLink, TaskDetail } from '@millrace/api-contract';
import type { JsonValue } from '@millrace/pipeline-spec';
import { ArtifactCard } from '@/features/artifacts';
import { formatNumber } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import { isSettled } from '@/states/visual-state';
import styles from './TaskPanel.module.css';
import { ValueTable } from './ValueTable';

const rowsOf = (values: TaskDetail['input_parameters']) => Object.entries(values).map(([name, value]) => ({ name, value: value as JsonValue }));

/** What went in and what came out, typed. */
export function InputsOutputsTab({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  const inputs = rowsOf(task.input_parameters);
  const outputs = rowsOf(task.output_parameters);
  const noInputs = inputs.length === 0 && task.input_artifacts.length === 0;
  const noOutputs = outputs.length === 0 && task.output_artifacts.length === 0;
  return (
    <>
      <h3>{t.task.inputs}</h3>
      {noInputs ? <p className={styles.nothing}>{t.task.noInputs}</p> : null}
      <ValueTable rows={inputs} />
      <Artifacts links={task.input_artifacts} />
      <h3>{t.task.outputs}</h3>
      {noOutputs ? <p className={styles.nothing}>{isSettled(task.state) ? t.task.noOutputsEnded : t.task.noOutputs}</p> : null}
      <ValueTable rows={outputs} />
      <Artifacts links={task.output_artifacts} />
      {task.metrics.length > 0 ? (
        <>
          <h3>{t.task.metrics}</h3>
          <ValueTable rows={task.metrics.map((metric) => ({ name: metric.name, value: formatNumber(metric.value), type: t.newRun.types.NUMBER_DOUBLE }))} />
        </>
      ) : null}
    </>
  );
}

export function TaskArtifactsTab({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  if (task.input_artifacts.length + task.output_artifacts.length === 0) return <p className={styles.nothing}>{t.task.noArtifacts}</p>;
  return (
    <>
      {task.output_artifacts.length > 0 ? <h3>{t.task.outputs}</h3> : null}
      <Artifacts links={task.output_artifacts} />
      {task.input_artifacts.length > 0 ? <h3>{t.task.inputs}</h3> : null}
      <Artifacts links={task.input_artifacts} />
    </>
  );
}

function Artifacts({ links }: { readonly links: readonly ArtifactLink[] }) {
  if (links.length === 0) return null;
  return (
    <div className={styles.cards}>
      {links.map((link) => (
        <ArtifactCard key={`${link.name}/${link.index}`} name={link.index > 0 ? `${link.name} [${link.index}]` : link.name} artifact={link.artifact} />
      ))}
    </div>
  );
}
