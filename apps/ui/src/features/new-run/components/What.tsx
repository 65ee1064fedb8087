'use client';
import { useDeferredValue, useState } from 'react';
import { nameOf } from '@/api/kfp';
import { Icon } from '@/components/ui/Icon';
import { useTexts } from '@/i18n/use-texts';
import { useExperiments, usePipelines } from '@/live/queries';
import type { RunForm } from '../hooks/use-run-form';
import { Picker } from './Picker';
import pick from './Picker.module.css';
import styles from './NewRunPage.module.css';

/** Which pipeline, which version, in which experiment, by what name. */
export function What({ form, repeat, invalid }: { readonly form: RunForm; readonly repeat: boolean; readonly invalid: (name: string) => boolean }) {
  const t = useTexts();
  const [pipelineText, setPipelineText] = useState('');
  const [experimentText, setExperimentText] = useState('');
  const pipelines = usePipelines({ text: useDeferredValue(pipelineText) || undefined, pageSize: 50 });
  const experiments = useExperiments({ text: useDeferredValue(experimentText) || undefined, pageSize: 50 });
  const newest = form.versions[0]?.pipeline_version_id;
  return (
    <section className={styles.section}>
      <h2>{t.newRun.what}</h2>
      <div className={styles.two}>
        <Picker
          id="pick-pipeline"
          icon="pipelines"
          label={t.newRun.pipeline}
          value={form.pipelineId || (form.inline ? 'inline' : undefined)}
          shown={form.pipelineName || (form.pipelineId ? ' ' : t.newRun.choosePipeline)}
          note={form.inline ? t.runs.inlinePipeline : form.versionsTotal > 0 ? t.newRun.versionsCount(form.versionsTotal) : undefined}
          options={(pipelines.data?.pipelines ?? []).map((pipeline) => ({ id: pipeline.pipeline_id, label: nameOf(pipeline) }))}
          onSearch={setPipelineText}
          onChange={(id) => form.choose({ pipeline: id })}
          invalid={invalid('#pipeline')}
        />
        <Picker
          id="pick-version"
          icon="flag"
          label={t.newRun.version}
          value={form.versionId || undefined}
          shown={form.inline ? t.newRun.copiedSpec : form.versionName || t.newRun.chooseVersion}
          note={newest && form.versionId === newest ? t.newRun.latest : undefined}
          options={form.versions.map((version, index) => ({ id: version.pipeline_version_id, label: nameOf(version), note: index === 0 ? t.newRun.latest : undefined }))}
          onChange={(id) => form.choose({ version: id })}
          invalid={invalid('#version')}
        />
        <Picker
          id="pick-experiment"
          icon="experiments"
          label={t.newRun.experiment}
          value={form.experimentId || undefined}
          shown={form.experimentName || (form.experimentId ? ' ' : t.newRun.chooseExperiment)}
          options={(experiments.data?.experiments ?? []).filter((each) => each.storage_state !== 'ARCHIVED').map((each) => ({ id: each.experiment_id, label: nameOf(each) }))}
          onSearch={setExperimentText}
          onChange={(id) => form.choose({ experiment: id })}
        />
        <label className={`${pick.pick} ${pick.text} ${invalid('#name') ? pick.invalid : ''}`}>
          <Icon name="runs" className={pick.icon} />
          <span className="grow">
            <span className={pick.label}>{repeat ? t.common.name : t.newRun.runName}</span>
            <input id="run-name" value={form.name} autoComplete="off" spellCheck={false} onChange={(event) => form.setName(event.target.value)} />
          </span>
        </label>
      </div>
    </section>
  );
}
