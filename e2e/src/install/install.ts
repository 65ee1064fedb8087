import { readFileSync } from 'node:fs';

/** What there is to test, as `prepare.ts` left it. */
export interface Install {
  readonly image: string;
  /** Why there is no image. */
  readonly skip?: string;
  /** Where it is installed; absent where there is no cluster. */
  readonly cluster?: {
    readonly env: Readonly<Record<string, string>>;
    readonly images: { readonly mysql: string; readonly minio: string; readonly s3: 'MinIO' | 'versitygw'; readonly argo?: { readonly controller: string; readonly executor: string } };
    /** Of the version that is upgraded; the same where no commit is named. */
    readonly previous: { readonly image: string; readonly commit?: string };
  };
  /** The command that stops the cluster, which was started for this. */
  readonly stop?: readonly string[];
}

export const readInstall = (): Install => JSON.parse(readFileSync(process.env['TEST_INSTALL']!, 'utf8')) as Install;
