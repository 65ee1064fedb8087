'use client';
import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { Elapsed } from '@/components/ui/Elapsed';
import { Icon } from '@/components/ui/Icon';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { useTexts } from '@/i18n/use-texts';
import type { TaskFlowNode } from './TaskNode';
import styles from './nodes.module.css';

/** An unfolded group: a frame around its tasks with its title on top. */
export const GroupNode = memo(function GroupNode({ data }: NodeProps<TaskFlowNode>) {
  const t = useTexts();
  const { node, look, selected, dimmed, onSelect, onToggle } = data;
  return (
    <div className={`${styles.frame} ${look.state ? `st-${look.state}` : ''} ${selected ? styles.selected : ''} ${dimmed ? styles.dimmed : ''}`} id={`node-${node.id}`}>
      <div className={styles.frameHead} role="button" aria-pressed={selected} aria-label={node.name} onClick={() => onSelect(node.id)} onDoubleClick={() => onToggle(node.id)}>
        {look.state ? <StateGlyph state={look.state} decorative /> : <Icon name="group" size={14} className={styles.plain} />}
        <span className="cut b" title={node.name}>
          {node.name}
        </span>
        <span className={styles.duration}>
          <Elapsed from={look.from} to={look.to ?? (look.state === 'running' ? undefined : look.from)} />
        </span>
        <button
          type="button"
          className={styles.fold}
          tabIndex={-1}
          title={t.graph.fold}
          aria-label={t.graph.fold}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(node.id);
          }}
        >
          <Icon name="up" size={14} />
        </button>
      </div>
    </div>
  );
});
