import type { Readable } from 'node:stream';
import type { Artifact } from '@millrace/database';
import { unpackObject, type ObjectInfo } from '@millrace/object-store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { attachment } from './attachment.js';
import { readByteRange, type ByteRange } from './byte-range.js';
import { contentTypeOf } from './content-type.js';

interface Content {
  readonly artifact: Artifact;
  readonly info: ObjectInfo;
  readonly fileName: string;
  readonly download: boolean;
  readonly read: (range?: ByteRange) => Promise<Readable>;
}

/** Streams an artifact, whole or a range, so that nothing in it can act as a page of this server. */
export async function sendArtifact(request: FastifyRequest, reply: FastifyReply, { artifact, info, fileName, download, read }: Content): Promise<FastifyReply> {
  const etag = headOf(reply, { artifact, info, fileName, download });
  reply.header('accept-ranges', 'bytes');
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();

  const stale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
  const range = stale ? undefined : readByteRange(request.headers.range, info.sizeBytes);
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${info.sizeBytes}`).send();
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${info.sizeBytes}`);
  const length = range ? range.end - range.start : info.sizeBytes;
  reply.header('content-length', length);
  return reply.send(request.method === 'HEAD' || length === 0 ? '' : await read(range ?? { start: 0, end: info.sizeBytes }));
}

/** Streams the file in an artifact that Argo packed. How long it is is not known before, so there are no ranges of it. */
export async function sendUnpacked(request: FastifyRequest, reply: FastifyReply, { read, ...content }: Content): Promise<FastifyReply> {
  const etag = headOf(reply, { ...content, fileName: content.artifact.name });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.send(request.method === 'HEAD' ? '' : unpackObject(await read()));
}

/** What both have in common; returns the tag of this version of the content. */
function headOf(reply: FastifyReply, { artifact, info, fileName, download }: Omit<Content, 'read'>): string {
  const { type, inline } = contentTypeOf(fileName, artifact.schemaTitle);
  const etag = `"${info.sizeBytes.toString(36)}-${info.modifiedAt.getTime().toString(36)}"`;
  reply
    .type(type)
    .header('content-security-policy', "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox")
    .header('etag', etag)
    .header('cache-control', 'private, no-cache');
  if (download || !inline) reply.header('content-disposition', attachment(fileName));
  return etag;
}
