import type { LogPageView } from '@millrace/api-contract';
import type { LogPage } from '@millrace/resources';

export function toLogPage(page: LogPage): LogPageView {
  return {
    lines: page.lines.map(({ number, offset, time, stream, text }) => ({ number, offset, time: time === undefined ? undefined : new Date(time).toISOString(), stream, text })),
    next_offset: page.nextOffset,
    size_bytes: page.sizeBytes,
    complete: page.complete,
  };
}
