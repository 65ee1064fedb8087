'use client';
import type { TaskDetail } from '@millrace/api-contract';
import { CopyButton } from '@/components/ui/CopyButton';
import { useTexts } from '@/i18n/use-texts';
import styles from './TaskPanel.module.css';

/** What was run: image, command and arguments, as given. */
export function ContainerTab({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  if (!task.image && !task.command?.length && !task.args?.length) return <p className={styles.nothing}>{task.kind === 'dag' ? t.task.noContainer : t.task.noAttempts}</p>;
  return (
    <>
      {task.image ? <Code title={t.task.image} text={task.image} /> : null}
      {task.command?.length ? <Code title={t.task.command} text={task.command.join('\n')} /> : null}
      {task.args?.length ? <Code title={t.task.args} text={task.args.join('\n')} /> : null}
    </>
  );
}

export const Code = ({ title, text }: { readonly title: string; readonly text: string }) => (
  <>
    <h3>{title}</h3>
    <div className={styles.code}>
      <pre className="mono" tabIndex={0}>
        {text}
      </pre>
      <CopyButton text={text} />
    </div>
  </>
);
