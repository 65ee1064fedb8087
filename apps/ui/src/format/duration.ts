import type { Language } from '@/i18n/language';

const UNITS: Record<Language, { d: string; h: string; min: string; s: string; ms: string }> = {
  en: { d: 'd', h: 'h', min: 'min', s: 's', ms: 'ms' },
  zh: { d: '天', h: '小时', min: '分', s: '秒', ms: '毫秒' },
};

/** Two units at most: `18 ms`, `0.4 s`, `12 s`, `3 min 12 s`, `1 h 52 min`, `2 d 4 h`. Negative spans (clocks that differ) are `0 s`. */
export function formatDuration(milliseconds: number, language: Language): string {
  const unit = UNITS[language];
  const span = Math.max(0, milliseconds);
  if (span > 0 && span < 95) return `${Math.max(1, Math.round(span))} ${unit.ms}`;
  if (span > 0 && span < 950) return `${(span / 1000).toFixed(1)} ${unit.s}`;
  const seconds = Math.floor(span / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return two(days, unit.d, hours % 24, unit.h);
  if (hours > 0) return two(hours, unit.h, minutes % 60, unit.min);
  if (minutes > 0) return two(minutes, unit.min, seconds % 60, unit.s);
  return `${span >= 950 && seconds === 0 ? 1 : seconds} ${unit.s}`;
}

/** A place on an axis whose marks are `step` milliseconds apart, as fine as they are: `0.5 s`, `1.5 s`, `1 min 2.5 s`. */
export function formatTick(milliseconds: number, step: number, language: Language): string {
  if (step >= 1000 || milliseconds < 950) return formatDuration(milliseconds, language);
  const unit = UNITS[language];
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = `${((milliseconds % 60_000) / 1000).toFixed(step >= 100 ? 1 : step >= 10 ? 2 : 3)} ${unit.s}`;
  return minutes === 0 ? seconds : `${formatDuration(minutes * 60_000, language)} ${seconds}`;
}

function two(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`;
}
