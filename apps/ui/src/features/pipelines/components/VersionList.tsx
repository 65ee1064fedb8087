'use client';
import Link from 'next/link';
import { nameOf, type KfpVersion } from '@/api/kfp';
import { When } from '@/components/ui/Elapsed';
import { Tag } from '@/components/ui/Tag';
import { formatNumber } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import styles from './PipelinesPage.module.css';

interface VersionListProps {
  readonly pipelineId: string;
  readonly versions: readonly KfpVersion[];
  readonly total: number;
  readonly current: string | undefined;
}

/** The versions of a pipeline, newest first. */
export function VersionList({ pipelineId, versions, total, current }: VersionListProps) {
  const t = useTexts();
  return (
    <nav className={styles.versions} aria-label={t.pipelines.versions}>
      <h2>
        {t.pipelines.versions}
        <span>{formatNumber(total)}</span>
      </h2>
      {versions.map((version, index) => (
        <Link
          key={version.pipeline_version_id}
          href={`/pipelines/${pipelineId}/versions/${version.pipeline_version_id}`}
          prefetch={false}
          data-row={index}
          aria-current={version.pipeline_version_id === current ? 'page' : undefined}
        >
          <span className={styles.versionName}>
            <span className="b cut" title={nameOf(version)}>
              {nameOf(version)}
            </span>
            {index === 0 ? <Tag>{t.pipelines.latest}</Tag> : null}
          </span>
          <span className="sm t3">
            <When time={version.created_at} />
          </span>
        </Link>
      ))}
    </nav>
  );
}
