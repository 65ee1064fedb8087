import { PipelineError } from '@millrace/errors';

/** Pipelines are not fetched from the network: who can name an address would see through this server's eyes. */
export function refusePackageUrl(url: string | undefined): never {
  if (!url) throw new PipelineError('INVALID_ARGUMENT', 'Upload the file to /apis/v1beta1/pipelines/upload or upload_version.');
  throw new PipelineError('UNIMPLEMENTED', 'Fetching a pipeline from a URL is not supported; download the file and upload it to /apis/v1beta1/pipelines/upload or upload_version.');
}
