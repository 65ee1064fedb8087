import type { Language } from '@/i18n/language';

const EN_DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const ZH_DAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];
const EN_MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const pad = (value: number) => String(value).padStart(2, '0');

/** `14:27:47`, and with milliseconds `14:27:47.118`. */
export function formatClock(time: Date, options: { milliseconds?: boolean } = {}): string {
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
  return options.milliseconds ? `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}` : clock;
}

/** `just now`, `12 min ago`, `3 h ago`, `Today, 02:00`, `Yesterday, 18:12`, `Fri 20 Nov, 20:46`, `20 Nov 2025`; in the browser's zone. */
export function formatTime(time: Date, now: Date, language: Language): string {
  const age = now.getTime() - time.getTime();
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}`;
  const zh = language === 'zh';
  if (age < 60_000 && age > -60_000) return zh ? '刚刚' : 'just now';
  if (age > 0 && age < 3_600_000) return zh ? `${Math.floor(age / 60_000)} 分钟前` : `${Math.floor(age / 60_000)} min ago`;
  const days = daysBetween(time, now);
  if (age > 0 && age < 3 * 3_600_000 && days === 0) return zh ? `${Math.floor(age / 3_600_000)} 小时前` : `${Math.floor(age / 3_600_000)} h ago`;
  if (days === 0) return zh ? `今天 ${clock}` : `Today, ${clock}`;
  if (days === 1) return zh ? `昨天 ${clock}` : `Yesterday, ${clock}`;
  if (time.getFullYear() === now.getFullYear()) {
    return zh
      ? `${time.getMonth() + 1}月${time.getDate()}日 ${ZH_DAYS[time.getDay()]} ${clock}`
      : `${EN_DAYS[time.getDay()]} ${time.getDate()} ${EN_MONTHS[time.getMonth()]}, ${clock}`;
  }
  return zh ? `${time.getFullYear()}年${time.getMonth() + 1}月${time.getDate()}日` : `${time.getDate()} ${EN_MONTHS[time.getMonth()]} ${time.getFullYear()}`;
}

/** The exact time with its zone, for hovering and copying: `2026-11-22 14:02:11 +08:00`. */
export function formatExactTime(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())} ${formatClock(time)} ${zone}`;
}

function daysBetween(time: Date, now: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
  return day(now) - day(time);
}
