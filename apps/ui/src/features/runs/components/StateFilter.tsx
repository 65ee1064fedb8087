'use client';
import { Chip } from '@/components/ui/Tag';
import { Button } from '@/components/ui/Button';
import { Menu } from '@/components/ui/Menu';
import { useTexts } from '@/i18n/use-texts';
import { STATE_CHOICES, type StateChoice } from '../lib/run-filter';

interface StateFilterProps {
  readonly states: readonly StateChoice[];
  readonly onChange: (states: readonly StateChoice[]) => void;
}

/** Filters as chips that read as a phrase. */
export function StateFilter({ states, onChange }: StateFilterProps) {
  const t = useTexts();
  const word = (state: StateChoice) => t.states[state.toLowerCase() as Lowercase<StateChoice>];
  return (
    <>
      {states.length > 0 ? (
        <Chip removeLabel={t.runs.removeFilter} onRemove={() => onChange([])}>
          {t.runs.stateIs} <b>{states.map(word).join(', ')}</b>
        </Chip>
      ) : null}
      <Menu
        label={t.runs.state}
        align="start"
        items={STATE_CHOICES.map((state) => ({
          label: word(state),
          checked: states.includes(state),
          onChoose: () => onChange(states.includes(state) ? states.filter((each) => each !== state) : [...states, state]),
        }))}
        trigger={(props) => (
          <Button small look="quiet" icon="plus" {...props}>
            {t.runs.addFilter}
          </Button>
        )}
      />
    </>
  );
}
