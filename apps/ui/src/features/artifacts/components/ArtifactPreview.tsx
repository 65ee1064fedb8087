'use client';
import { useQuery } from '@tanstack/react-query';
import type { ArtifactView } from '@millrace/api-contract';
import { useState } from 'react';
import { ApiError } from '@/api/http';
import { millrace } from '@/api/millrace';
import { buttonClass } from '@/components/ui/Button';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { Icon } from '@/components/ui/Icon';
import { formatBytes } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import { decodeText, isPacked, prettyJson, previewKindOf } from '../lib/preview-kind';
import { isUiMetadata, readUiMetadata } from '../lib/ui-metadata';
import { UiMetadata } from './UiMetadata';
import styles from './ArtifactPreview.module.css';

const CAP = 256 * 1024;

/** What is in an artifact, up to a cap; a folder's files one at a time. */
export function ArtifactPreview({ artifact: listed }: { readonly artifact: ArtifactView }) {
  const t = useTexts();
  const [path, setPath] = useState<string>();
  // A list tells nothing of objects.
  const looked = useQuery({ queryKey: ['artifact', listed.id], queryFn: ({ signal }) => millrace.artifact(listed.id, signal), enabled: listed.content === undefined });
  const artifact = looked.data ?? listed;
  if (looked.isError) return <ErrorCard title={t.artifacts.preview} error={looked.error} onRetry={() => void looked.refetch()} />;
  if (looked.isLoading) return <p className={styles.note}>{t.common.loading}</p>;
  if (!artifact.content) return <p className={styles.note}>{t.artifacts.unreachable}</p>;
  if (artifact.content.kind === 'directory' && path === undefined) return <Entries artifact={artifact} onOpen={setPath} />;
  return (
    <div className={styles.preview}>
      <div className={styles.bar}>
        {path === undefined ? null : (
          <button type="button" className="link sm" onClick={() => setPath(undefined)}>
            {t.artifacts.directory}
          </button>
        )}
        {path === undefined ? null : <span className="mono cut t3">{path}</span>}
        <span className="grow" />
        <a className={buttonClass({ small: true, look: 'quiet' })} href={millrace.artifactAddress(artifact.id, { path, download: 1 })} download>
          <Icon name="download" size={15} />
          {t.common.download}
        </a>
      </div>
      <FilePreview artifact={artifact} path={path} />
    </div>
  );
}

function FilePreview({ artifact, path }: { readonly artifact: ArtifactView; readonly path: string | undefined }) {
  const t = useTexts();
  const packed = path === undefined && isPacked(artifact.name, artifact.uri);
  const kind = previewKindOf(artifact.type, path ?? artifact.uri);
  const address = millrace.artifactAddress(artifact.id, { path, ...(packed && { unpacked: 1 }) });
  if (isUiMetadata(artifact.name)) return <MetadataPreview address={address} />;
  if (kind === 'image') return <img className={styles.image} src={address} alt={path ?? artifact.name} />;
  if (kind === 'html') {
    return (
      <>
        <p className={styles.note}>{t.artifacts.htmlSandboxed}</p>
        <iframe className={styles.html} src={address} sandbox="allow-scripts" title={path ?? artifact.name} />
      </>
    );
  }
  return <TextPreview address={address} pretty={kind === 'json'} />;
}

/** What the file says there is to see; the file itself where that cannot be read. */
function MetadataPreview({ address }: { readonly address: string }) {
  const content = useHead(address);
  const text = content.data && content.data.size <= content.data.bytes.length ? decodeText(content.data.bytes) : undefined;
  const shown = text === undefined ? undefined : readUiMetadata(text);
  return shown ? <UiMetadata shown={shown} /> : <TextPreview address={address} pretty />;
}

const useHead = (address: string) => useQuery({ queryKey: ['artifact-text', address], queryFn: ({ signal }) => readHead(address, signal), staleTime: Number.POSITIVE_INFINITY });

function TextPreview({ address, pretty }: { readonly address: string; readonly pretty: boolean }) {
  const t = useTexts();
  const content = useHead(address);
  if (content.isError) return <ErrorCard title={t.artifacts.preview} error={content.error} onRetry={() => void content.refetch()} />;
  if (!content.data) return <p className={styles.note}>{t.common.loading}</p>;
  const { bytes, size } = content.data;
  if (bytes.length === 0) return <p className={styles.note}>{t.artifacts.emptyFile}</p>;
  const text = decodeText(bytes);
  if (text === undefined) return <p className={styles.note}>{t.artifacts.binary}</p>;
  const whole = size <= bytes.length;
  return (
    <>
      <pre className={`mono ${styles.text}`} tabIndex={0}>
        {pretty && whole ? prettyJson(text) : text}
      </pre>
      {whole ? null : <p className={styles.note}>{Number.isFinite(size) ? t.artifacts.showing(formatBytes(bytes.length), formatBytes(size)) : t.artifacts.showingFirst(formatBytes(bytes.length))}</p>}
    </>
  );
}

async function readHead(address: string, signal: AbortSignal): Promise<{ bytes: Uint8Array; size: number }> {
  const response = await fetch(address, { headers: { range: `bytes=0-${CAP - 1}` }, signal });
  if (response.status === 416) return { bytes: new Uint8Array(), size: 0 };
  if (!response.ok) throw new ApiError(await response.text().then((text) => text.slice(0, 300)), response.status);
  const { bytes, whole } = await readBytes(response);
  const size = response.headers.get('content-range')?.split('/')[1];
  return { bytes, size: size === undefined ? (whole ? bytes.length : Number.POSITIVE_INFINITY) : Number(size) };
}

/** A body up to the cap: what is unpacked on the way is not sent in ranges. */
async function readBytes(response: Response): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length <= CAP) continue;
    await reader?.cancel();
    break;
  }
  const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  return { bytes: bytes.subarray(0, CAP), whole: length <= CAP };
}

function Entries({ artifact, onOpen }: { readonly artifact: ArtifactView; readonly onOpen: (path: string) => void }) {
  const t = useTexts();
  const entries = useQuery({ queryKey: ['artifact-entries', artifact.id], queryFn: ({ signal }) => millrace.artifactEntries(artifact.id, signal) });
  if (entries.isError) return <ErrorCard title={t.artifacts.directory} error={entries.error} onRetry={() => void entries.refetch()} />;
  return (
    <ul className={styles.entries}>
      {entries.data?.entries.slice(0, 500).map((entry) => (
        <li key={entry.path}>
          <button type="button" className="link mono cut" onClick={() => onOpen(entry.path)}>
            {entry.path}
          </button>
          <span className="sm t3 nw">{formatBytes(entry.size_bytes)}</span>
        </li>
      ))}
      {entries.data ? <li className="sm t3">{t.artifacts.entries(entries.data.entries.length)}</li> : null}
    </ul>
  );
}
