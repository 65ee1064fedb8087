'use client';
import { formatNumber } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import type { Shown } from '../lib/ui-metadata';
import styles from './UiMetadata.module.css';

/** What a v1 component left to be seen, one below the other. */
export function UiMetadata({ shown }: { readonly shown: readonly Shown[] }) {
  const t = useTexts();
  if (shown.length === 0) return <p className={styles.note}>{t.artifacts.nothingToSee}</p>;
  return (
    <div className={styles.list}>
      {shown.map((item, index) => (
        <Item key={index} item={item} />
      ))}
    </div>
  );
}

function Item({ item }: { readonly item: Shown }) {
  const t = useTexts();
  switch (item.kind) {
    case 'text':
      return (
        <pre className={`mono ${styles.text}`} tabIndex={0}>
          {item.text}
        </pre>
      );
    case 'html':
      return (
        <>
          <p className={styles.note}>{t.artifacts.htmlStill}</p>
          <iframe className={styles.html} srcDoc={item.source} sandbox="" title={t.artifacts.page} />
        </>
      );
    case 'table':
      return <Table header={item.header} rows={item.rows} />;
    case 'matrix':
      return <Matrix labels={item.labels} counts={item.counts} />;
    case 'roc':
      return <Curve points={item.points} />;
    case 'address':
      return (
        <p className={styles.note}>
          {t.artifacts.elsewhere(item.type)} <span className="mono">{item.address}</span>
        </p>
      );
  }
}

const MAX_ROWS = 200;

function Table({ header, rows }: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  const t = useTexts();
  return (
    <div className={styles.scroll} tabIndex={0}>
      <table className={styles.table}>
        {header.length > 0 ? (
          <thead>
            <tr>
              {header.map((name, index) => (
                <th key={index} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
        ) : null}
        <tbody>
          {rows.slice(0, MAX_ROWS).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS ? <p className={styles.note}>{t.artifacts.showing(String(MAX_ROWS), String(rows.length))}</p> : null}
    </div>
  );
}

/** Darker where more; the numbers are there too, so colour alone says nothing. */
function Matrix({ labels, counts }: { readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] }) {
  const t = useTexts();
  const most = Math.max(1, ...counts.flat());
  return (
    <div className={styles.scroll} tabIndex={0}>
      <table className={styles.matrix}>
        <caption>{t.artifacts.matrix}</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, index) => (
            <tr key={labels[index]}>
              <th scope="row">{labels[index]}</th>
              {row.map((count, column) => (
                <td key={column} style={{ backgroundColor: `color-mix(in srgb, var(--mr-accent) ${Math.round((count / most) * 40)}%, transparent)` }}>
                  {formatNumber(count)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SIZE = 240;
const EDGE = 26;

function Curve({ points }: { readonly points: Extract<Shown, { kind: 'roc' }>['points'] }) {
  const t = useTexts();
  const x = (value: number) => EDGE + value * (SIZE - EDGE - 6);
  const y = (value: number) => SIZE - EDGE - value * (SIZE - EDGE - 6);
  return (
    <figure className={styles.figure}>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={styles.curve} role="img" aria-label={t.artifacts.roc(points.length)}>
        <path className={styles.axis} d={`M${x(0)} ${y(1)}V${y(0)}H${x(1)}`} />
        <path className={styles.chance} d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
        <path className={styles.line} d={points.map(({ fpr, tpr }, index) => `${index === 0 ? 'M' : 'L'}${x(fpr)} ${y(tpr)}`).join('')} />
        {points.length <= 100
          ? points.map(({ fpr, tpr, threshold }, index) => (
              <circle key={index} className={styles.point} cx={x(fpr)} cy={y(tpr)} r={2.5}>
                <title>{`${formatNumber(fpr)}, ${formatNumber(tpr)}${Number.isFinite(threshold) ? ` · ${formatNumber(threshold)}` : ''}`}</title>
              </circle>
            ))
          : null}
        <text x={x(0.5)} y={SIZE - 6} textAnchor="middle">
          {t.artifacts.falsePositives}
        </text>
        <text x={10} y={y(0.5)} textAnchor="middle" transform={`rotate(-90 10 ${y(0.5)})`}>
          {t.artifacts.truePositives}
        </text>
      </svg>
    </figure>
  );
}
