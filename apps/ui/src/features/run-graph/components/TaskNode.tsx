'use client';
import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { Elapsed } from '@/components/ui/Elapsed';
import { Icon } from '@/components/ui/Icon';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Tag } from '@/components/ui/Tag';
import { useTexts } from '@/i18n/use-texts';
import type { NodeLook } from '../lib/decorate-with-state';
import type { GraphNode } from '../lib/graph';
import styles from './nodes.module.css';

export interface TaskNodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly look: NodeLook;
  readonly selected: boolean;
  readonly dimmed: boolean;
  readonly unfolded: boolean;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (id: string) => void;
}
export type TaskFlowNode = Node<TaskNodeData>;

/** A task, or a folded group of tasks: glyph, name, kind; then one fact and the duration. */
export const TaskNode = memo(function TaskNode({ data }: NodeProps<TaskFlowNode>) {
  const t = useTexts();
  const { node, look, selected, dimmed, onSelect, onToggle } = data;
  const group = node.kind === 'dag';
  const state = look.state;
  const classes = [styles.node, group ? styles.group : '', state ? `${styles[state] ?? ''} st-${state}` : '', selected ? styles.selected : '', dimmed ? styles.dimmed : ''];
  return (
    <>
      {group ? <div className={`${styles.stack} ${dimmed ? styles.dimmed : ''}`} /> : null}
      <div
        id={`node-${node.id}`}
        role="button"
        aria-pressed={selected}
        aria-label={`${node.name}, ${state ? t.states[state] : t.graph.kinds[node.kind]}`}
        className={classes.filter(Boolean).join(' ')}
        onClick={() => onSelect(node.id)}
        onDoubleClick={group ? () => onToggle(node.id) : undefined}
      >
        <span className={styles.first}>
          {state ? <StateGlyph state={state} decorative /> : <Icon name={group ? 'group' : node.kind === 'importer' ? 'download' : 'artifact'} size={14} className={styles.plain} />}
          <span className="cut b" title={node.name}>
            {node.name}
          </span>
          {group ? (
            <button
              type="button"
              className={styles.fold}
              tabIndex={-1}
              title={t.graph.unfold}
              aria-label={t.graph.unfold}
              onClick={(event) => {
                event.stopPropagation();
                onToggle(node.id);
              }}
            >
              <Icon name="group" size={13} />
              {look.size ? `×${look.size}` : null}
              <Icon name="down" size={13} />
            </button>
          ) : node.kind === 'importer' ? (
            <span className={styles.kind}>
              <Tag>{t.graph.kinds.importer}</Tag>
            </span>
          ) : null}
        </span>
        <span className={styles.second}>
          <span className="cut" title={look.fact}>
            {look.fact}
          </span>
          <span className={styles.duration}>{state === 'failed' && look.attempts ? t.graph.attempts(look.attempts) : <Elapsed from={look.from} to={look.to ?? (state === 'running' || state === 'pending' ? undefined : look.from)} />}</span>
        </span>
        {group && look.cells ? (
          <span className={styles.cells} aria-hidden="true">
            {look.cells.map((cell, index) => (
              <i key={index} className={`${styles[`cell-${cell}`] ?? ''} st-${cell}`} />
            ))}
          </span>
        ) : null}
      </div>
    </>
  );
});
