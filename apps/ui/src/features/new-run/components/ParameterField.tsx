'use client';
import type { PipelineParameter } from '@millrace/pipeline-spec';
import { Icon } from '@/components/ui/Icon';
import { Switch } from '@/components/ui/Switch';
import { TextField } from '@/components/ui/Field';
import { CodeEditor } from '@/features/code';
import { formatValue } from '@/format/value';
import type { Texts } from '@/i18n/en';
import { useTexts } from '@/i18n/use-texts';
import { shownDraft, type DraftProblem, type Drafts } from '../lib/parameter-drafts';
import styles from './ParameterField.module.css';

interface ParameterFieldProps {
  readonly parameter: PipelineParameter;
  readonly drafts: Drafts;
  readonly changed: boolean;
  readonly problem: DraftProblem | undefined;
  readonly onChange: (draft: string | undefined) => void;
}

export const fieldId = (name: string): string => `parameter-${name}`;

/** One row: name and type left, control and one line of help right. */
export function ParameterField({ parameter, drafts, changed, problem, onChange }: ParameterFieldProps) {
  const t = useTexts();
  const { name } = parameter;
  const kind = parameter.literals ? t.newRun.oneOf(parameter.literals.length) : t.newRun.types[parameter.type];
  const demand = parameter.required ? t.newRun.required : parameter.default === undefined ? t.newRun.optional : undefined;
  return (
    <div className={`${styles.row} ${changed ? styles.changed : ''}`}>
      <div className={styles.side}>
        <label className={`mono ${styles.name}`} htmlFor={fieldId(name)}>
          {name}
        </label>
        <span className={styles.type}>{[kind, demand].filter(Boolean).join(', ')}</span>
      </div>
      <div className={styles.control}>
        <Control parameter={parameter} draft={shownDraft(parameter, drafts)} problem={problem} onChange={onChange} />
        <p className={`${styles.help} ${problem ? styles.wrong : ''}`} id={`${fieldId(name)}-help`} role={problem ? 'alert' : undefined}>
          {problem ? (
            <>
              {problem.message}{' '}
              {problem.mended === undefined ? null : (
                <button type="button" className="link" onClick={() => onChange(problem.mended)}>
                  {t.newRun.addIt}
                </button>
              )}
            </>
          ) : (
            <span>{parameter.description ?? countOf(parameter, drafts, t)}</span>
          )}
          {changed && parameter.default !== undefined ? (
            <span className={styles.was}>
              {t.newRun.default(parameter.default === null ? t.newRun.notSet : parameter.type === 'BOOLEAN' ? (parameter.default ? t.newRun.on : t.newRun.off).toLowerCase() : formatValue(parameter.default))}
              <button type="button" className="link" onClick={() => onChange(undefined)}>
                {t.newRun.reset}
              </button>
            </span>
          ) : null}
        </p>
      </div>
    </div>
  );
}

/** `4 items` of a list, `3 keys` of a struct. */
function countOf(parameter: PipelineParameter, drafts: Drafts, t: Texts): string {
  if (parameter.type !== 'LIST' && parameter.type !== 'STRUCT') return '';
  try {
    const value = JSON.parse(shownDraft(parameter, drafts)) as object;
    return Array.isArray(value) ? t.newRun.items(value.length) : t.newRun.keys(Object.keys(value).length);
  } catch {
    return '';
  }
}

interface ControlProps {
  readonly parameter: PipelineParameter;
  readonly draft: string;
  readonly problem: DraftProblem | undefined;
  readonly onChange: (draft: string | undefined) => void;
}

function Control({ parameter, draft, problem, onChange }: ControlProps) {
  const t = useTexts();
  const id = fieldId(parameter.name);
  const describedBy = `${id}-help`;
  if (parameter.literals) {
    return (
      <span className={styles.select}>
        <select id={id} className="mono" value={draft} aria-describedby={describedBy} onChange={(event) => onChange(event.target.value || undefined)}>
          {draft === '' ? <option value="">{t.newRun.notSet}</option> : null}
          {parameter.literals.map((literal) => (
            <option key={JSON.stringify(literal)} value={JSON.stringify(literal)}>
              {formatValue(literal)}
            </option>
          ))}
        </select>
        <Icon name="down" size={13} />
      </span>
    );
  }
  switch (parameter.type) {
    case 'BOOLEAN':
      return (
        <span className={styles.switch}>
          <Switch id={id} label={parameter.name} checked={draft === 'true'} onChange={(on) => onChange(String(on))} />
          <span>{draft === '' ? <span className="t3">{t.newRun.notSet}</span> : draft === 'true' ? t.newRun.on : t.newRun.off}</span>
        </span>
      );
    case 'NUMBER_INTEGER':
      return <Stepper id={id} draft={draft} invalid={problem !== undefined && draft !== ''} describedBy={describedBy} onChange={onChange} />;
    case 'NUMBER_DOUBLE':
      return (
        <div className={styles.short}>
          <TextField id={id} mono inputMode="decimal" value={draft} invalid={problem !== undefined && draft !== ''} aria-describedby={describedBy} placeholder={parameter.required ? undefined : t.newRun.notSet} onChange={onChange} />
        </div>
      );
    case 'STRING':
      return draft.includes('\n') ? (
        <textarea id={id} className={`mono ${styles.area}`} rows={Math.min(12, draft.split('\n').length + 1)} value={draft} aria-describedby={describedBy} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <TextField id={id} mono value={draft} aria-describedby={describedBy} placeholder={parameter.required ? undefined : t.newRun.emptyPlaceholder} onChange={onChange} />
      );
    default:
      return (
        <div className={`${styles.editor} ${problem && draft !== '' ? styles.bad : ''}`} id={id} tabIndex={-1}>
          <CodeEditor value={draft} language="json" label={parameter.name} badLine={draft === '' ? undefined : problem?.line} minHeight="28px" maxHeight="320px" onChange={onChange} />
        </div>
      );
  }
}

function Stepper({ id, draft, invalid, describedBy, onChange }: { readonly id: string; readonly draft: string; readonly invalid: boolean; readonly describedBy: string; readonly onChange: (draft: string) => void }) {
  const t = useTexts();
  const step = (by: number) => onChange(String((Number.isSafeInteger(Number(draft)) ? Number(draft) : 0) + by));
  return (
    <span className={`${styles.stepper} ${invalid ? styles.bad : ''}`}>
      <button type="button" tabIndex={-1} aria-label={t.newRun.less} onClick={() => step(-1)}>
        <Icon name="minus" />
      </button>
      <input
        id={id}
        className="mono"
        inputMode="numeric"
        role="spinbutton"
        aria-valuenow={Number(draft) || 0}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        value={draft}
        autoComplete="off"
        style={{ width: `${Math.max(4, draft.length + 1)}ch` }}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          step((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1));
        }}
      />
      <button type="button" tabIndex={-1} aria-label={t.newRun.moreStep} onClick={() => step(1)}>
        <Icon name="plus" />
      </button>
    </span>
  );
}
