import type { Json } from '@millrace/database';

/** A run as a client asks for it, whichever API it came by. */
export interface RunRequest {
  readonly displayName: string;
  readonly description: string;
  /** Empty for the default experiment. */
  readonly experimentId: string;
  /** Empty for the server's default. */
  readonly serviceAccount: string;
  readonly source: { readonly kind: 'spec'; readonly spec: unknown } | { readonly kind: 'text'; readonly text: string } | { readonly kind: 'version'; readonly pipelineId?: string; readonly versionId?: string };
  readonly parameters: Readonly<Record<string, Json>>;
  readonly pipelineRoot?: string;
}
