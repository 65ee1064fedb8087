'use client';
import type { RunDetail } from '@millrace/api-contract';
import { Elapsed } from '@/components/ui/Elapsed';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { useTexts } from '@/i18n/use-texts';
import { visualOfTask } from '@/states/visual-state';
import styles from './TaskPanel.module.css';

/** The tasks of a group, each a way to its own panel. */
export function GroupTasks({ run, path, onTask }: { readonly run: RunDetail; readonly path: string; readonly onTask: (path: string) => void }) {
  const t = useTexts();
  const tasks = run.tasks.filter((task) => task.parent_path === path);
  return (
    <>
      <h3>{t.task.inGroup}</h3>
      <div className={styles.tasks}>
        {tasks.map((task) => (
          <button key={task.id} type="button" onClick={() => onTask(task.path)}>
            <StateGlyph state={visualOfTask(task.state)} />
            <span className="b cut">{task.name}</span>
            <span className="grow" />
            <span className="sm t3 nw">{task.state === 'CACHED' ? '' : <Elapsed from={task.started_at} to={task.finished_at} />}</span>
          </button>
        ))}
      </div>
    </>
  );
}
