'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useCallback, useState } from 'react';
import { ApiError } from '@/api/http';
import type { SpecProblem } from '@/api/spec-problems';
import { kfp, nameOf } from '@/api/kfp';
import { showToast } from '@/components/ui/toasts';
import { useTexts } from '@/i18n/use-texts';
import { keys } from '@/live/query-keys';

export interface UploadFailure {
  readonly file: string;
  readonly message: string;
  readonly problems: readonly SpecProblem[];
}

/** Stores a file as a new pipeline, or as a version of one; on refusal keeps what is wrong with it. */
export function useUpload(pipelineId: string | undefined) {
  const t = useTexts();
  const router = useRouter();
  const client = useQueryClient();
  const [uploading, setUploading] = useState<string>();
  const [failure, setFailure] = useState<UploadFailure>();
  const upload = useCallback(
    async (file: File) => {
      setUploading(file.name);
      setFailure(undefined);
      try {
        if (pipelineId) {
          const version = await kfp.uploadVersion(file, pipelineId);
          showToast(t.pipelines.uploaded(nameOf(version)));
          router.push(`/pipelines/${pipelineId}/versions/${version.pipeline_version_id}`);
        } else {
          const pipeline = await kfp.uploadPipeline(file);
          showToast(t.pipelines.uploaded(nameOf(pipeline)));
          router.push(`/pipelines/${pipeline.pipeline_id}`);
        }
        await client.invalidateQueries({ queryKey: keys.pipelines });
      } catch (error) {
        const known = error instanceof ApiError ? error : undefined;
        setFailure({ file: file.name, message: known?.status === 0 ? t.common.offline : (known?.message ?? String(error)), problems: known?.problems ?? [] });
      } finally {
        setUploading(undefined);
      }
    },
    [pipelineId, client, router, t],
  );
  return { upload, uploading, failure, dismiss: () => setFailure(undefined) };
}
