import type { Metadata, Viewport } from 'next';
import { Suspense, type ReactNode } from 'react';
import { Frame } from '@/features/frame';
import { LiveProvider } from '@/live/LiveProvider';
import '@/styles/tokens.css';
import '@/styles/fonts.css';
import '@/styles/base.css';

/** The server puts the real base path in its place; next.config.mjs says why. */
const BASE_PATH = '/__millrace_base__';

export const metadata: Metadata = {
  description: 'Runs, pipelines and experiments',
  other: { 'millrace-base-path': BASE_PATH },
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Not deferred: it must run before the first paint. */}
        <script src={`${BASE_PATH}/start.js`} />
        <link rel="icon" id="favicon" href={`${BASE_PATH}/favicon.svg`} type="image/svg+xml" />
      </head>
      <body>
        <LiveProvider>
          <Frame>
            {/* Titles are of the pages, in their language: Next's own comes when it comes, over that of a page already shown. */}
            <Suspense fallback={<title>Millrace</title>}>{children}</Suspense>
          </Frame>
        </LiveProvider>
      </body>
    </html>
  );
}
