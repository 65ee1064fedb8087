'use client';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import CodeMirror, { Decoration, EditorView, StateField, type Extension } from '@uiw/react-codemirror';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { useMemo } from 'react';

export interface CodeEditorProps {
  readonly value: string;
  readonly language: 'json' | 'yaml';
  readonly label: string;
  readonly onChange?: (value: string) => void;
  /** The line that is wrong, counted from 1. */
  readonly badLine?: number;
  readonly height?: string;
  readonly minHeight?: string;
  readonly maxHeight?: string;
}

const highlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--mr-accent-text)' },
    { tag: [tags.string, tags.special(tags.string)], color: 'var(--mr-accent-text)' },
    { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--mr-succeeded-text)' },
    { tag: tags.comment, color: 'var(--mr-text-3)' },
  ]),
);

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--mr-text)', fontSize: '12px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mr-font-mono)', lineHeight: '20px', fontFeatureSettings: '"liga" 0' },
  '.cm-content': { padding: '4px 0', caretColor: 'var(--mr-accent)' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--mr-text-3)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 10px 0 0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '.cm-cursor': { borderLeftColor: 'var(--mr-accent)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--mr-accent) 22%, transparent) !important' },
  '.cm-bad': { backgroundColor: 'var(--mr-failed-soft)' },
  '.cm-foldGutter': { display: 'none' },
});

/** Marks a whole line; the line number is beside it, so the mark is not by colour alone. */
function markLine(line: number | undefined): Extension {
  if (line === undefined) return [];
  const mark = Decoration.line({ class: 'cm-bad' });
  return StateField.define({
    create: (state) => (line <= state.doc.lines ? Decoration.set([mark.range(state.doc.line(line).from)]) : Decoration.none),
    update: (marks, change) => marks.map(change.changes),
    provide: (field) => EditorView.decorations.from(field),
  });
}

/** A code editor, or a viewer when nothing listens to changes. */
export function CodeEditor({ value, language, label, onChange, badLine, height, minHeight, maxHeight }: CodeEditorProps) {
  const extensions = useMemo(
    () => [language === 'json' ? json() : yaml(), highlighting, EditorView.contentAttributes.of({ 'aria-label': label }), onChange ? EditorView.lineWrapping : [], markLine(badLine)],
    [language, label, onChange, badLine],
  );
  return (
    <CodeMirror
      value={value}
      theme={theme}
      extensions={extensions}
      editable={onChange !== undefined}
      readOnly={onChange === undefined}
      height={height}
      minHeight={minHeight}
      maxHeight={maxHeight}
      indentWithTab={false}
      onChange={onChange}
      basicSetup={{ foldGutter: false, highlightActiveLine: false, highlightActiveLineGutter: false, autocompletion: false, searchKeymap: true, highlightSelectionMatches: false, defaultKeymap: true }}
    />
  );
}
