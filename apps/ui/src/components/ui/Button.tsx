import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './Icon';
import { Kbd } from './Kbd';
import styles from './Button.module.css';

interface Look {
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger';
  readonly small?: boolean;
  readonly icon?: IconName;
  readonly keys?: string;
  readonly on?: boolean;
}

export const buttonClass = ({ look = 'plain', small = false, on = false }: Look, iconOnly = false): string =>
  [styles.button, look === 'plain' ? '' : styles[look], small ? styles.small : '', on ? styles.on : '', iconOnly ? styles.icon : ''].filter(Boolean).join(' ');

type ButtonProps = Look & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & { readonly children?: ReactNode; readonly ref?: Ref<HTMLButtonElement> };

export function Button({ look, small, icon, keys, on, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={buttonClass({ look, small, on })}>
      {icon ? <Icon name={icon} size={15} /> : null}
      {children}
      {keys ? <Kbd>{keys}</Kbd> : null}
    </button>
  );
}

/** A button that is only a drawing: its label is its accessible name and its tooltip. */
export function IconButton({ look = 'quiet', small = true, icon, label, on, ...rest }: Look & { readonly icon: IconName; readonly label: string; readonly ref?: Ref<HTMLButtonElement> } & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'>) {
  return (
    <button type="button" title={label} aria-label={label} aria-pressed={on} {...rest} className={buttonClass({ look, small, on }, true)}>
      <Icon name={icon} size={15} />
    </button>
  );
}
