/** Separators from 1,000; a true minus; below 0.001 in scientific form as one would type it (`3e-5`). */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential().replace('e-', 'e-').replace(/^-/, '−');
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: 15 }).format(value).replace('-', '−');
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `512 B`, `1.2 GiB`: one decimal below 10, none above. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < SIZES.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits)} ${SIZES[unit]}`;
}

/** Ids and paths are cut in the middle: both ends tell something. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}

/** What people say when they mean a run: the first eight characters of its id. */
export const shortId = (id: string): string => id.slice(0, 8);
