import { isWordOfDepends } from '@millrace/argo';
import jsep from 'jsep';

/** What a `depends` expression may ask of a task. */
export interface TaskOutcomeFacts {
  readonly phase: string;
  /** Phases of the items of a fanned-out task. */
  readonly itemPhases?: readonly string[];
}

export interface DependsExpression {
  /** Tasks it names, each once, in the order of their first mention. */
  readonly tasks: readonly string[];
  /** Those of them of whose items it asks. */
  readonly ofItems: readonly string[];
  /** Evaluates it; every task it names must be fulfilled. Throws Error with a message for the user when Argo cannot read it. */
  evaluate(facts: (task: string) => TaskOutcomeFacts): boolean;
}

/** The dialect of a task's name in the expression of another, and of the outcome after the dot. */
const REFERENCE = /([a-zA-Z0-9][-a-zA-Z0-9]*?)\.([A-Z][a-zA-Z]+)|([a-zA-Z0-9][-a-zA-Z0-9]*)/g;

const OUTCOMES: Readonly<Record<string, (facts: TaskOutcomeFacts) => boolean>> = {
  Succeeded: ({ phase }) => phase === 'Succeeded',
  Failed: ({ phase }) => phase === 'Failed',
  Errored: ({ phase }) => phase === 'Error',
  Skipped: ({ phase }) => phase === 'Skipped',
  Omitted: ({ phase }) => phase === 'Omitted',
  // No task is a daemon here: templates with `daemon` are refused.
  Daemoned: () => false,
  AnySucceeded: ({ itemPhases = [] }) => itemPhases.includes('Succeeded'),
  AllFailed: ({ itemPhases = [] }) => itemPhases.length > 0 && itemPhases.every((phase) => phase === 'Failed'),
};

/** A bare task name means what `dependencies` means: it ended well, or there was nothing to do. */
const DEFAULT_OUTCOMES = ['Succeeded', 'Skipped', 'Daemoned'] as const;

/** Parses a `depends` text. Throws Error with a message for the user. */
export function parseDepends(text: string): DependsExpression {
  const tasks: string[] = [];
  const references: { task: string; outcomes: readonly string[] }[] = [];
  const source = text.replaceAll(REFERENCE, (_match, task: string | undefined, outcome: string | undefined, bare: string | undefined) => {
    const name = task ?? bare!;
    if (outcome !== undefined && OUTCOMES[outcome] === undefined) {
      throw new Error(`task result '${outcome}' for task '${name}' is invalid`);
    }
    if (!tasks.includes(name)) tasks.push(name);
    references.push({ task: name, outcomes: outcome === undefined ? DEFAULT_OUTCOMES : [outcome] });
    return `$${references.length - 1}`;
  });
  let tree: jsep.Expression;
  try {
    tree = jsep(source);
  } catch (error) {
    throw new Error(`depends '${text}' is not an expression: ${(error as Error).message}`, { cause: error });
  }
  check(tree, text);
  return {
    tasks,
    ofItems: references.filter(({ outcomes }) => outcomes.some((outcome) => outcome === 'AnySucceeded' || outcome === 'AllFailed')).map(({ task }) => task),
    evaluate: (facts) => {
      const word = tasks.find(isWordOfDepends);
      if (word !== undefined) throw new Error(`unable to evaluate expression '${text}': '${word}' is a word of the expression language, which no task can be called that others wait for`);
      return evaluate(tree, (index) => {
        const { task, outcomes } = references[index]!;
        const known = facts(task);
        return outcomes.some((outcome) => OUTCOMES[outcome]!(known));
      });
    },
  };
}

function check(node: jsep.Expression, text: string): void {
  switch (node.type) {
    case 'Identifier':
      if (/^\$\d+$/.test((node as jsep.Identifier).name)) return;
      break;
    case 'UnaryExpression':
      if ((node as jsep.UnaryExpression).operator === '!') return check((node as jsep.UnaryExpression).argument, text);
      break;
    case 'BinaryExpression': {
      const { operator, left, right } = node as jsep.BinaryExpression;
      if (operator !== '&&' && operator !== '||') break;
      check(left, text);
      return check(right, text);
    }
  }
  throw new Error(`depends '${text}' may only contain task names, their results (.Succeeded, .Failed, .Errored, .Skipped, .Omitted, .AnySucceeded, .AllFailed), &&, || and !`);
}

function evaluate(node: jsep.Expression, truth: (index: number) => boolean): boolean {
  switch (node.type) {
    case 'Identifier':
      return truth(Number((node as jsep.Identifier).name.slice(1)));
    case 'UnaryExpression':
      return !evaluate((node as jsep.UnaryExpression).argument, truth);
    default: {
      const { operator, left, right } = node as jsep.BinaryExpression;
      return operator === '&&' ? evaluate(left, truth) && evaluate(right, truth) : evaluate(left, truth) || evaluate(right, truth);
    }
  }
}
