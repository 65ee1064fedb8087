'use client';
import { TextField } from '@/components/ui/Field';
import { Icon } from '@/components/ui/Icon';
import { useTexts } from '@/i18n/use-texts';
import type { RunForm } from '../hooks/use-run-form';
import field from './ParameterField.module.css';
import styles from './NewRunPage.module.css';

/** What is seldom needed, folded. */
export function Advanced({ form }: { readonly form: RunForm }) {
  const t = useTexts();
  return (
    <details className={`${styles.section} ${styles.advanced}`}>
      <summary>
        <Icon name="right" size={14} />
        <h2>{t.newRun.advanced}</h2>
        <span className="sm t3">
          {t.newRun.description}, {t.newRun.pipelineRoot}
        </span>
      </summary>
      <div className={field.row}>
        <div className={field.side}>
          <label htmlFor="run-description" className="b">
            {t.newRun.description}
          </label>
        </div>
        <div className={field.control}>
          <TextField id="run-description" value={form.description} onChange={form.setDescription} />
          <p className={field.help}>{t.newRun.descriptionHint}</p>
        </div>
      </div>
      <div className={field.row}>
        <div className={field.side}>
          <label htmlFor="run-root" className="b">
            {t.newRun.pipelineRoot}
          </label>
        </div>
        <div className={field.control}>
          <TextField id="run-root" mono value={form.pipelineRoot} onChange={form.setPipelineRoot} />
          <p className={field.help}>{t.newRun.pipelineRootHint}</p>
        </div>
      </div>
    </details>
  );
}
