'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { ApiError } from '@/api/http';
import { LiveCache } from './live-cache';
import { SharedStream, type LiveStatus } from './shared-stream';

interface Live {
  readonly stream: SharedStream;
  readonly cache: LiveCache;
}

const LiveContext = createContext<Live | undefined>(undefined);

function createClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The stream says what changed; nothing grows stale by itself.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
        retryDelay: (count) => 400 * 2 ** count,
      },
    },
  });
}

/** The query cache and the one stream that keeps it true. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(createClient);
  const [live] = useState<Live>(() => ({ stream: new SharedStream(), cache: new LiveCache(client) }));
  useEffect(() => {
    const stop = live.stream.onMessage((message) => live.cache.apply(message));
    start(live.stream);
    return stop;
  }, [live]);
  return (
    <QueryClientProvider client={client}>
      <LiveContext value={live}>{children}</LiveContext>
    </QueryClientProvider>
  );
}

const started = new WeakSet<SharedStream>();
function start(stream: SharedStream): void {
  if (started.has(stream)) return;
  started.add(stream);
  stream.start();
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('LiveProvider is missing');
  return live;
}

export const useLiveCache = (): LiveCache => useLive().cache;

export function useLiveStatus(): LiveStatus {
  const { stream } = useLive();
  return useSyncExternalStore(stream.onStatus, () => stream.status, () => 'connecting' as const);
}
