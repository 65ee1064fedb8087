import styles from './Kbd.module.css';

export const Kbd = ({ children }: { readonly children: React.ReactNode }) => <kbd className={styles.kbd}>{children}</kbd>;
