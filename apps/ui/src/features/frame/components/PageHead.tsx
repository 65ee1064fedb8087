import Link from 'next/link';
import { Fragment, type ReactNode } from 'react';
import { Icon } from '@/components/ui/Icon';
import { RefetchLine } from '@/components/ui/Skeleton';
import styles from './PageHead.module.css';

interface PageHeadProps {
  readonly title: string;
  /** What the browser's tab says, where that is not the title. */
  readonly tab?: string;
  readonly glyph?: ReactNode;
  readonly crumbs?: readonly { readonly label: string; readonly href?: string; readonly mono?: boolean }[];
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
  readonly refetching?: boolean;
}

/** The head of every page: crumbs, title with actions right, then facts, views and tabs. */
export function PageHead({ title, tab = title, glyph, crumbs, aside, actions, children, refetching = false }: PageHeadProps) {
  return (
    <header className={`${styles.head} ${children ? '' : styles.padded}`}>
      <title>{`${tab} · Millrace`}</title>
      {crumbs ? (
        <nav className={styles.crumbs} aria-label="Breadcrumb">
          {crumbs.map((crumb, index) => (
            <Fragment key={index}>
              {index > 0 ? <Icon name="right" size={14} /> : null}
              {crumb.href ? (
                <Link prefetch={false} href={crumb.href} className="cut">
                  {crumb.label}
                </Link>
              ) : (
                <span className={`cut ${crumb.mono ? 'mono' : ''}`}>{crumb.label}</span>
              )}
            </Fragment>
          ))}
        </nav>
      ) : null}
      <div className={styles.titleRow}>
        <div className={styles.title}>
          {glyph}
          <h1 className="cut" title={title}>
            {title}
          </h1>
          {aside}
        </div>
        <div className={styles.actions}>{actions}</div>
      </div>
      {children}
      <RefetchLine active={refetching} />
    </header>
  );
}
