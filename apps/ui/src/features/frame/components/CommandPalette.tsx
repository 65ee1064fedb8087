'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { RunDetail } from '@millrace/api-contract';
import { usePathname, useRouter } from 'next/navigation';
import { useDeferredValue, useState } from 'react';
import { nameOf } from '@/api/kfp';
import { Dialog } from '@/components/ui/Dialog';
import { Icon, type IconName } from '@/components/ui/Icon';
import { Kbd } from '@/components/ui/Kbd';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { shortId } from '@/format/number';
import { chooseLanguage } from '@/i18n/language';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import { useExperiments, usePipelines, useRuns } from '@/live/queries';
import { keys } from '@/live/query-keys';
import { visualOfRun, visualOfTask, type VisualState } from '@/states/visual-state';
import { markMatch, matches } from '@/format/match-text';
import { toggleTheme } from '../lib/theme';
import styles from './CommandPalette.module.css';

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly note?: string;
  readonly icon?: IconName;
  readonly state?: VisualState;
  readonly run: () => void;
}

interface PaletteProps {
  readonly onClose: () => void;
  readonly onKeys: () => void;
}

/** Go, do, and find by name or id. */
export function CommandPalette({ onClose, onKeys }: PaletteProps) {
  const t = useTexts();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const entries = useEntries(text, onKeys);
  const current = entries[Math.min(chosen, entries.length - 1)];
  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  return (
    <Dialog label={t.palette.title} onClose={onClose} wide top>
      <div className={styles.head}>
        <Icon name="search" />
        <input
          className={styles.input}
          value={text}
          placeholder={t.palette.placeholder}
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={current ? `palette-${current.id}` : undefined}
          aria-label={t.palette.title}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step !== 0) {
              event.preventDefault();
              setChosen((entries.indexOf(current as Entry) + step + entries.length) % Math.max(1, entries.length));
            } else if (event.key === 'Enter') {
              event.preventDefault();
              choose(current);
            }
          }}
        />
      </div>
      <div className={styles.list} id="palette-list" role="listbox" aria-label={t.palette.title}>
        {entries.length === 0 ? <p className={styles.none}>{t.palette.nothing(text)}</p> : null}
        {entries.map((entry, index) => (
          <div key={entry.id}>
            {entry.group === entries[index - 1]?.group ? null : <p className={styles.group}>{entry.group}</p>}
            <button
              type="button"
              id={`palette-${entry.id}`}
              role="option"
              aria-selected={entry === current}
              tabIndex={-1}
              className={styles.entry}
              ref={(element) => {
                if (entry === current) element?.scrollIntoView({ block: 'nearest' });
              }}
              onPointerMove={() => setChosen(index)}
              onClick={() => choose(entry)}
            >
              {entry.state ? <StateGlyph state={entry.state} /> : <Icon name={entry.icon ?? 'right'} />}
              <span className="cut">
                {markMatch(entry.label, text).map((part, at) => (part.match ? <mark key={at}>{part.text}</mark> : part.text))}
              </span>
              {entry.note ? <span className={`${styles.note} cut`}>{entry.note}</span> : null}
              <span className="grow" />
              {entry === current ? <Kbd>↵</Kbd> : null}
            </button>
          </div>
        ))}
      </div>
    </Dialog>
  );
}

function useEntries(text: string, onKeys: () => void): Entry[] {
  const t = useTexts();
  const router = useRouter();
  const language = useLanguage();
  const wanted = useDeferredValue(text.trim());
  const runId = /^\/runs\/([^/]+)$/.exec(usePathname())?.[1];
  const openRun = useQueryClient().getQueryData<RunDetail>(keys.run(runId ?? ''));
  const runs = useRuns({ text: wanted || undefined, pageSize: 6 });
  const pipelines = usePipelines({ text: wanted || undefined, pageSize: 5 });
  const experiments = useExperiments({ text: wanted || undefined, pageSize: 4 });
  const to = (path: string) => () => router.push(path);
  const looksLikeId = /^[0-9a-f]{8}-?[0-9a-f-]{4,}$/i.test(wanted);
  const entries: Entry[] = [];
  if (openRun && wanted) {
    for (const task of openRun.tasks.filter((each) => matches(each.name, wanted)).slice(0, 6)) {
      entries.push({ id: `t${task.id}`, group: t.palette.inThisRun, label: task.name, note: task.message, state: visualOfTask(task.state), run: to(`/runs/${runId}?task=${encodeURIComponent(task.path)}`) });
    }
  }
  const pages: [string, string, IconName][] = [
    [t.nav.runs, '/runs', 'runs'],
    [t.nav.pipelines, '/pipelines', 'pipelines'],
    [t.nav.recurring, '/recurring-runs', 'recurring'],
    [t.nav.experiments, '/experiments', 'experiments'],
    [t.nav.status, '/status', 'check'],
  ];
  for (const [label, path, icon] of pages) entries.push({ id: `p${path}`, group: t.palette.go, label, icon, run: to(path) });
  const commands: Entry[] = [
    { id: 'c-new', group: t.palette.commands, label: t.runs.newRun, icon: 'plus', run: to('/runs/new') },
    { id: 'c-upload', group: t.palette.commands, label: t.palette.uploadPipeline, icon: 'upload', run: to('/pipelines?upload=1') },
    { id: 'c-theme', group: t.palette.commands, label: t.palette.toggleTheme, icon: 'half', run: toggleTheme },
    { id: 'c-language', group: t.palette.commands, label: t.palette.toggleLanguage, icon: 'language', run: () => chooseLanguage(language === 'zh' ? 'en' : 'zh') },
    { id: 'c-keys', group: t.palette.commands, label: t.palette.shortcuts, icon: 'keyboard', run: onKeys },
  ];
  entries.push(...commands);
  const known = wanted === '' ? entries : entries.filter((entry) => entry.group === t.palette.inThisRun || matches(entry.label, wanted));
  const found: Entry[] = [];
  if (looksLikeId) found.push({ id: 'id', group: t.palette.runs, label: t.palette.openId(wanted), icon: 'runs', run: to(`/runs/${wanted}`) });
  for (const run of runs.data?.runs ?? []) {
    found.push({ id: `r${run.id}`, group: t.palette.runs, label: run.name, note: run.pipeline?.name ?? shortId(run.id), state: visualOfRun(run), run: to(`/runs/${run.id}`) });
  }
  for (const pipeline of pipelines.data?.pipelines ?? []) {
    found.push({ id: `l${pipeline.pipeline_id}`, group: t.palette.pipelines, label: nameOf(pipeline), icon: 'pipelines', run: to(`/pipelines/${pipeline.pipeline_id}`) });
  }
  for (const experiment of experiments.data?.experiments ?? []) {
    found.push({ id: `e${experiment.experiment_id}`, group: t.palette.experiments, label: nameOf(experiment), icon: 'experiments', run: to(`/experiments/${experiment.experiment_id}`) });
  }
  return [...known, ...found];
}
