'use client';
import type { RunDetail } from '@millrace/api-contract';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { ArtifactCard } from '@/features/artifacts';
import { useTexts } from '@/i18n/use-texts';
import { useRunArtifacts } from '@/live/queries';
import styles from './RunPage.module.css';

/** What the run made, by task. */
export function ArtifactsTab({ detail, onTask }: { readonly detail: RunDetail; readonly onTask: (path: string) => void }) {
  const t = useTexts();
  const artifacts = useRunArtifacts(detail.run.id);
  if (artifacts.isPending) return <SkeletonRows rows={5} />;
  if (artifacts.isError && !artifacts.data) return <ErrorCard title={t.run.artifacts} error={artifacts.error} onRetry={() => void artifacts.refetch()} />;
  const outputs = (artifacts.data?.artifacts ?? []).filter((link) => link.direction === 'OUTPUT');
  if (outputs.length === 0) return <EmptyState title={t.run.noArtifacts} text={t.run.noArtifactsText} code="def train(model: Output[Model]):" />;
  return (
    <div className={styles.artifacts}>
      {outputs.map((link) => (
        <ArtifactCard
          key={`${link.task_id}/${link.name}/${link.index}`}
          name={link.name}
          artifact={link.artifact}
          note={
            <button type="button" className="link sm nw" onClick={() => onTask(link.task_path)}>
              {link.task_path.replace(/^root\//, '')}
            </button>
          }
        />
      ))}
    </div>
  );
}
