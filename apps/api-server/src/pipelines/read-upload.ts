import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { PipelineError } from '@millrace/errors';

export interface UploadedFile {
  readonly fileName: string;
  readonly bytes: Buffer;
}

const tooLarge = (limit: number) =>
  new PipelineError('INVALID_ARGUMENT', `File size too large. Maximum supported size: ${limit % 2 ** 20 === 0 ? `${limit / 2 ** 20}MB` : `${limit} bytes`}`);

/**
 * The one file of a multipart request, in `field`. Stops reading as soon as the file is larger than `limit`, so at most that much is held;
 * throws INVALID_ARGUMENT for it, and for a request that is not what it should be.
 */
export function readUpload(request: IncomingMessage, { field, limit }: { readonly field: string; readonly limit: number }): Promise<UploadedFile> {
  return new Promise((resolve, reject) => {
    const contentType = request.headers['content-type'];
    if (!contentType?.toLowerCase().startsWith('multipart/form-data')) {
      reject(new PipelineError('INVALID_ARGUMENT', `Send the file as multipart/form-data in the field "${field}".`));
      return;
    }
    // Parts' heads are small; a length that leaves no room for them is refused without reading.
    if (Number(request.headers['content-length'] ?? 0) > limit + 64 * 1024) {
      reject(tooLarge(limit));
      return;
    }
    let parser: InstanceType<typeof Busboy>;
    try {
      parser = new Busboy({ headers: { ...request.headers, 'content-type': contentType }, limits: { fileSize: limit, files: 1, fields: 20, fieldSize: 64 * 1024, parts: 21, headerPairs: 50 } });
    } catch (error) {
      reject(new PipelineError('INVALID_ARGUMENT', 'The multipart request cannot be read: its boundary is missing or wrong.', { cause: error }));
      return;
    }

    let file: UploadedFile | undefined;
    const settle = (outcome: () => void) => {
      request.unpipe(parser);
      request.off('close', onClose);
      parser.removeAllListeners();
      parser.on('error', () => {});
      outcome();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const onClose = () => fail(new PipelineError('INVALID_ARGUMENT', 'The upload ended before the file was complete.'));

    parser.on('file', (name, stream, fileName) => {
      if (name !== field || file !== undefined) {
        stream.resume();
        return;
      }
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => {
        chunks.length = 0;
        fail(tooLarge(limit));
      });
      stream.on('end', () => {
        if (!stream.truncated) file = { fileName: baseName(fileName), bytes: Buffer.concat(chunks) };
      });
      stream.on('error', () => {});
    });
    parser.on('error', (error) => fail(new PipelineError('INVALID_ARGUMENT', 'The multipart request cannot be read.', { cause: error })));
    parser.on('finish', () => settle(() => (file ? resolve(file) : reject(new PipelineError('INVALID_ARGUMENT', `The request has no file in the field "${field}".`)))));
    request.on('close', onClose);
    request.pipe(parser);
  });
}

/** Browsers send a name, some clients a path. */
function baseName(fileName: string | undefined): string {
  const name = (fileName ?? '').split(/[\\/]/).at(-1) ?? '';
  return name === '' || name === '.' || name === '..' ? 'pipeline.yaml' : name;
}
