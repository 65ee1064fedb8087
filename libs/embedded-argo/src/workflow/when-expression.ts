import jsep from 'jsep';

/** A value that an operator has no use for: the expression itself can be read. */
class Unfit extends Error {}

type Value = string | number | boolean | readonly Value[];

/**
 * Whether a task with this `when` (tags already replaced) is to run. Argo's rules: bare words are strings, both sides of a
 * comparison must have one type, the whole must be a boolean. Throws Error with a message for the user.
 */
export function evaluateWhen(when: string): boolean {
  if (when === '') return true;
  let result: Value;
  try {
    result = evaluate(parse(when));
  } catch (error) {
    const { message } = error as Error;
    // Spelled as Argo spells it.
    if (error instanceof Unfit) throw new Error(`Failed to evaluate 'when' expresion '${when}': ${message}`, { cause: error });
    throw new Error(`Invalid 'when' expression '${when}': ${message} (hint: try wrapping the affected expression in quotes ("))`, { cause: error });
  }
  if (typeof result !== 'boolean') throw new Error(`Expected boolean evaluation for '${when}'. Got ${String(result)}`);
  return result;
}

/** How the node of a task with this `when`, all its tags replaced, ends before it begins; undefined when it may begin. */
export function endByWhen(when = ''): { readonly phase: 'Skipped' | 'Error'; readonly message: string } | undefined {
  try {
    return evaluateWhen(when) ? undefined : { phase: 'Skipped', message: `when '${when}' evaluated false` };
  } catch (error) {
    return { phase: 'Error', message: (error as Error).message };
  }
}

/** Whether a message is one of `evaluateWhen`'s. */
export function isWhenError(message: string): boolean {
  return /^(Invalid 'when' expression|Failed to evaluate 'when' expresion|Expected boolean evaluation for) '/.test(message);
}

/** jsep's operators are global to the process, so what only `when` knows is added for the time of one parse. */
function parse(when: string): jsep.Expression {
  const extra = { '=~': 6, '!~': 6, in: 7 };
  const added = Object.entries(extra).filter(([operator]) => jsep.binary_ops[operator] === undefined);
  for (const [operator, precedence] of added) jsep.addBinaryOp(operator, precedence);
  try {
    return jsep(when);
  } finally {
    for (const [operator] of added) jsep.removeBinaryOp(operator);
  }
}

function evaluate(node: jsep.Expression): Value {
  switch (node.type) {
    case 'Literal': {
      const { value } = node as jsep.Literal;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
      return String(value);
    }
    case 'Identifier':
      return (node as jsep.Identifier).name;
    case 'SequenceExpression':
      return (node as jsep.SequenceExpression).expressions.map(evaluate);
    case 'ConditionalExpression': {
      const { test, consequent, alternate } = node as jsep.ConditionalExpression;
      return truth(evaluate(test), '?') ? evaluate(consequent) : evaluate(alternate);
    }
    case 'UnaryExpression': {
      const { operator, argument } = node as jsep.UnaryExpression;
      const value = evaluate(argument);
      if (operator === '!') return !truth(value, '!');
      if (operator === '-') return -number(value, '-');
      break;
    }
    case 'BinaryExpression': {
      const { operator, left, right } = node as jsep.BinaryExpression;
      if (operator === '&&') return truth(evaluate(left), '&&') && truth(evaluate(right), '&&');
      if (operator === '||') return truth(evaluate(left), '||') || truth(evaluate(right), '||');
      return compare(operator, evaluate(left), evaluate(right));
    }
  }
  throw new Error(`${node.type === 'Compound' ? 'two values stand side by side' : `${node.type} is not understood`}`);
}

function compare(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case 'in': {
      const list = Array.isArray(right) ? (right as readonly Value[]) : [right];
      return list.includes(left);
    }
    case '=~':
    case '!~':
      return new RegExp(String(right)).test(String(left)) === (operator === '=~');
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) {
        throw new Unfit(`Value '${String(left)}' cannot be used with the comparator '${operator}', it is not a ${typeof right === 'string' && typeof left !== 'number' ? 'string' : 'number'}`);
      }
      const [a, b] = [left as number, right as number];
      return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
    }
    case '+':
      return typeof left === 'number' && typeof right === 'number' ? left + right : `${String(left)}${String(right)}`;
    case '-':
      return number(left, '-') - number(right, '-');
    case '*':
      return number(left, '*') * number(right, '*');
    case '/':
      return number(left, '/') / number(right, '/');
    case '%':
      return number(left, '%') % number(right, '%');
    default:
      throw new Error(`the operator '${operator}' is not understood`);
  }
}

function truth(value: Value, operator: string): boolean {
  if (typeof value !== 'boolean') throw new Unfit(`Value '${String(value)}' cannot be used with the logical operator '${operator}', it is not a bool`);
  return value;
}

function number(value: Value, operator: string): number {
  if (typeof value !== 'number') throw new Unfit(`Value '${String(value)}' cannot be used with the modifier '${operator}', it is not a number`);
  return value;
}
