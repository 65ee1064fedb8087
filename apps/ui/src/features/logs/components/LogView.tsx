'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type CSSProperties } from 'react';
import { millrace } from '@/api/millrace';
import { Button, buttonClass, IconButton } from '@/components/ui/Button';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { SearchField } from '@/components/ui/Field';
import { Icon } from '@/components/ui/Icon';
import { useTexts } from '@/i18n/use-texts';
import { useLog, type LogSource } from '../hooks/use-log';
import { MAX_HITS, useLogSearch } from '../hooks/use-log-search';
import { reachesEnd, startOf } from '../lib/log-window';
import { LogRow } from './LogLines';
import styles from './LogView.module.css';

const LINE_HEIGHT = 19;
const WRAP_KEY = 'millrace.log.wrap';

interface LogViewProps {
  readonly source: LogSource;
  readonly running: boolean;
  /** `198` or `198-203`: what the address points at. */
  readonly range: string | undefined;
  readonly onRange: (range: string | undefined) => void;
  readonly attempts: React.ReactNode;
  /** What stands under the last line once the attempt has ended. */
  readonly ending: React.ReactNode;
  /** What is searched for; kept by the caller, so that it holds from attempt to attempt. */
  readonly wanted: string;
  readonly onWanted: (text: string) => void;
}

/** The log of one attempt, live and of any length: only what is in view is in the document, only a window of it in memory. */
export function LogView({ source, running, range, onRange, attempts, ending, wanted, onWanted }: LogViewProps) {
  const t = useTexts();
  const [from, to] = parseRange(range);
  const log = useLog(source, from === undefined ? 'tail' : 0);
  const [stderrOnly, setStderrOnly] = useState(false);
  const [wrap, setWrap] = useState(() => readWrap());
  const [follow, setFollow] = useState(from === undefined);
  const [seen, setSeen] = useState(0);
  const [hitIndex, setHitIndex] = useState(0);
  const search = useLogSearch(source, wanted, log.window.size);
  const scroller = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const lines = useMemo(() => (stderrOnly ? log.window.lines.filter((line) => line.stream === 'stderr') : log.window.lines), [log.window.lines, stderrOnly]);
  const last = lines.at(-1)?.number ?? 0;

  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 30,
    paddingStart: 6,
    paddingEnd: 6,
  });

  // What is put in front must not move what is being read.
  const firstNumber = useRef<number>(undefined);
  useLayoutEffect(() => {
    const first = lines[0]?.number;
    const before = firstNumber.current;
    firstNumber.current = first;
    if (first === undefined || before === undefined || first >= before || follow) return;
    const added = lines.findIndex((line) => line.number === before);
    if (added > 0 && scroller.current) scroller.current.scrollTop += added * LINE_HEIGHT;
  }, [lines, follow]);

  useLayoutEffect(() => {
    if (!follow || lines.length === 0) return;
    rows.scrollToIndex(lines.length - 1, { align: 'end' });
    const frame = requestAnimationFrame(() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight }));
    setSeen(last);
    return () => cancelAnimationFrame(frame);
  }, [follow, last, lines.length, rows]);

  const goTo = useCallback(
    async (number: number, offset?: number) => {
      setFollow(false);
      const index = lines.findIndex((line) => line.number === number);
      if (index >= 0) rows.scrollToIndex(index, { align: 'center' });
      else if (offset !== undefined) await log.jump(offset);
    },
    [lines, rows, log],
  );
  const target = useRef<number>(undefined);
  useEffect(() => {
    if (target.current === undefined) return;
    const index = lines.findIndex((line) => line.number === target.current);
    if (index < 0) return;
    target.current = undefined;
    rows.scrollToIndex(index, { align: 'center' });
  }, [lines, rows]);

  // A link to a line: pages are read until the line is there.
  const linked = useRef(from);
  useEffect(() => {
    if (linked.current === undefined || !log.loaded || log.loading) return;
    const wantedLine = linked.current;
    const index = lines.findIndex((line) => line.number >= wantedLine);
    if (index >= 0) {
      linked.current = undefined;
      rows.scrollToIndex(index, { align: 'center' });
    } else if (reachesEnd(log.window)) linked.current = undefined;
    else void log.loadLater();
  }, [lines, log, rows]);

  const showHit = useCallback(
    (index: number) => {
      const hit = search.hits[index];
      if (!hit) return;
      setHitIndex(index);
      target.current = hit.number;
      void goTo(hit.number, hit.offset);
    },
    [search.hits, goTo],
  );
  // A new search leads to its first hit; more hits of the same one lead nowhere.
  const firstHit = search.hits[0]?.number;
  const led = useRef('');
  useEffect(() => {
    const to = firstHit === undefined ? '' : `${firstHit} ${wanted}`;
    if (led.current === to) return;
    led.current = to;
    setHitIndex(0);
    if (to !== '') showHit(0);
  }, [firstHit, wanted, showHit]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const fromBottom = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (fromBottom < 4) {
      if (reachesEnd(log.window)) {
        if (!stderrOnly && !log.window.complete) setFollow(true);
        setSeen(last);
      }
    } else if (follow && fromBottom > 40) setFollow(false);
    if (element.scrollTop < 400 && startOf(log.window) > 0 && !follow) void log.loadEarlier();
    if (fromBottom < 400 && !reachesEnd(log.window)) void log.loadLater();
  };

  const current = search.hits[hitIndex]?.number;
  const unseen = Math.max(0, last - seen);
  return (
    <>
      <div className={styles.tools}>
        {attempts}
        <span className="grow" />
        <SearchField
          small
          ref={field}
          width={210}
          label={t.logs.search}
          value={wanted}
          onChange={onWanted}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || search.hits.length === 0) return;
            event.preventDefault();
            showHit((hitIndex + (event.shiftKey ? -1 : 1) + search.hits.length) % search.hits.length);
          }}
          trailing={
            wanted ? (
              <>
                <span className={`sm t3 nw ${styles.hits}`}>
                  {search.hits.length > 0 ? t.logs.hits(hitIndex + 1, search.hits.length) : search.searching ? t.logs.searching : t.logs.noHits}
                  {search.hits.length >= MAX_HITS ? '+' : ''}
                </span>
                <button type="button" className={styles.step} aria-label={t.logs.previous} title={t.logs.previous} disabled={search.hits.length === 0} onClick={() => showHit((hitIndex - 1 + search.hits.length) % search.hits.length)}>
                  <Icon name="up" size={12} />
                </button>
                <button type="button" className={styles.step} aria-label={t.logs.next} title={t.logs.next} disabled={search.hits.length === 0} onClick={() => showHit((hitIndex + 1) % search.hits.length)}>
                  <Icon name="down" size={12} />
                </button>
              </>
            ) : null
          }
        />
        <IconButton icon="filter" label={t.logs.stderrOnly} on={stderrOnly} onClick={() => setStderrOnly(!stderrOnly)} />
        <IconButton
          icon="wrap"
          label={t.logs.wrap}
          on={wrap}
          onClick={() => {
            setWrap(!wrap);
            writeWrap(!wrap);
            rows.measure();
          }}
        />
        <a className={buttonClass({ look: 'quiet', small: true }, true)} href={millrace.logDownloadAddress(source.runId, source.taskId, source.attempt)} download title={t.logs.download} aria-label={t.logs.download}>
          <Icon name="download" size={15} />
        </a>
      </div>
      <div className={styles.place}>
        <div ref={scroller} style={{ '--digits': Math.max(4, String(last).length) } as CSSProperties}
          className={`${styles.log} ${wrap ? styles.wrap : ''} mono`} role="log" aria-label={t.logs.label} aria-live="off" tabIndex={0} onScroll={onScroll}>
          {log.error && lines.length === 0 ? <ErrorCard title={t.logs.label} error={log.error} onRetry={() => void log.jump('tail')} /> : null}
          {log.loaded && lines.length === 0 && !log.error ? <p className={styles.nothing}>{running ? t.logs.empty : t.logs.emptyEnded}</p> : null}
          {log.loading === 'earlier' ? <p className={styles.earlier}>{t.logs.earlier}</p> : null}
          <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {rows.getVirtualItems().map((item) => {
              const line = lines[item.index];
              if (!line) return null;
              return (
                <div key={item.key} data-index={item.index} ref={wrap ? rows.measureElement : undefined} className={styles.row} style={{ transform: `translateY(${item.start}px)`, height: wrap ? undefined : LINE_HEIGHT }}>
                  <LogRow
                    line={line}
                    wanted={wanted}
                    marked={from !== undefined && line.number >= from && line.number <= (to ?? from)}
                    current={line.number === current}
                    onLink={(number, extend) => onRange(extend && from !== undefined ? `${Math.min(from, number)}-${Math.max(from, number)}` : range === String(number) ? undefined : String(number))}
                  />
                </div>
              );
            })}
          </div>
          {log.window.complete && reachesEnd(log.window) && lines.length > 0 ? ending : null}
        </div>
        {search.hits.length > 0 && last > 0 ? <HitMarks hits={search.hits.map((hit) => hit.number)} total={Math.max(last, search.hits.at(-1)?.number ?? 1)} /> : null}
        {running && !follow && log.loaded ? (
          <span className={styles.follow}>
            <Button
              small
              icon="down"
              onClick={() => {
                setFollow(true);
                if (!reachesEnd(log.window)) void log.jump('tail');
              }}
            >
              {unseen > 0 ? t.logs.pausedNew(unseen) : t.logs.follow}
            </Button>
          </span>
        ) : null}
      </div>
    </>
  );
}

/** Where the hits are, beside the scroll bar. */
function HitMarks({ hits, total }: { readonly hits: readonly number[]; readonly total: number }) {
  const places = [...new Set(hits.map((number) => Math.round((number / total) * 200)))];
  return (
    <span className={styles.marks} aria-hidden="true">
      {places.map((place) => (
        <i key={place} style={{ top: `${place / 2}%` }} />
      ))}
    </span>
  );
}

function parseRange(range: string | undefined): [number | undefined, number | undefined] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(range ?? '');
  return match ? [Number(match[1]), match[2] === undefined ? undefined : Number(match[2])] : [undefined, undefined];
}

function readWrap(): boolean {
  try {
    return localStorage.getItem(WRAP_KEY) !== 'off';
  } catch {
    return true;
  }
}
function writeWrap(on: boolean): void {
  try {
    localStorage.setItem(WRAP_KEY, on ? 'on' : 'off');
  } catch {
    // Then it holds for as long as the panel is open.
  }
}

