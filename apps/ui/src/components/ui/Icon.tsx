import { ICON_PATHS, type IconName } from './icon-paths';
import styles from './Icon.module.css';

export type { IconName };

/** A drawing beside a word, never instead of one: it is hidden from readers. */
export function Icon({ name, size, className }: { readonly name: IconName; readonly size?: number; readonly className?: string }) {
  return (
    <svg className={`${styles.icon} ${name === 'more' ? styles.dots : ''} ${className ?? ''}`} width={size ?? 16} height={size ?? 16} viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
