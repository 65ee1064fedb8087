import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { JsonValue } from '@millrace/pipeline-spec';
import { type ValueOrProblem, valueToText } from './parameter-value.js';
import type { TaskValues } from './run-view.js';

/** Whether a condition holds, or why that cannot be said. */
export type ConditionOrProblem = { readonly holds: boolean } | { readonly problem: string };

/**
 * Evaluates a trigger condition: CEL over KFP's ExecutorInput, of which `inputs.parameter_values` and `inputs.artifacts` are known before
 * a task starts.
 */
export function evaluateCondition(condition: string, inputs: TaskValues): ConditionOrProblem {
  const result = evaluate(condition, {
    inputs: {
      parameter_values: inputs.parameters,
      artifacts: Object.fromEntries(Object.entries(inputs.artifacts).map(([name, artifacts]) => [name, { artifacts }])),
    },
  });
  if ('problem' in result) return { problem: `its condition ${condition} cannot be evaluated: ${result.problem}; compare values of one type, or convert them with int(), double() or string()` };
  if (typeof result.value !== 'boolean') return { problem: `its condition ${condition} gives ${JSON.stringify(result.value)}; it has to give true or false` };
  return { holds: result.value };
}

/** The input parameters that a condition reads; undefined when it may read anything. */
export function parametersOfCondition(condition: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  try {
    return collectNames(ENVIRONMENT.parse(condition).ast, names) ? names : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The part of a value that a selector takes: CEL over the fields of a protobuf Value and `parseJson`. `string_value` is the value's text
 * whatever its kind, because that is what the SDK selects from.
 */
export function selectPart(selector: string, value: JsonValue): ValueOrProblem {
  const result = evaluate(selector, {
    string_value: valueToText(value),
    number_value: typeof value === 'number' ? value : 0,
    bool_value: value === true,
    list_value: Array.isArray(value) ? value : [],
    struct_value: typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {},
  });
  if ('problem' in result) return { problem: `its selector ${selector} cannot be evaluated: ${result.problem}` };
  return result;
}

const ENVIRONMENT = celEnvironment();

function celEnvironment(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  // KFP's numbers are doubles, and authors write whole ones: int and double compare by value, and compute as doubles.
  environment.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b);
  for (const [left, right] of [['int', 'double'], ['double', 'int']] as const) {
    environment.registerOperator(`${left} + ${right}`, (a: bigint | number, b: bigint | number) => Number(a) + Number(b));
    environment.registerOperator(`${left} - ${right}`, (a: bigint | number, b: bigint | number) => Number(a) - Number(b));
    environment.registerOperator(`${left} * ${right}`, (a: bigint | number, b: bigint | number) => Number(a) * Number(b));
    environment.registerOperator(`${left} / ${right}`, (a: bigint | number, b: bigint | number) => Number(a) / Number(b));
  }
  environment.registerFunction('parseJson(string): dyn', (text: string) => JSON.parse(text) as JsonValue);
  return environment;
}

function evaluate(expression: string, context: Readonly<Record<string, unknown>>): ValueOrProblem {
  try {
    return { value: toJson(ENVIRONMENT.evaluate(expression, context)) };
  } catch (error) {
    return { problem: ((error as Error).message.split('\n')[0] ?? '').replace(/\.$/, '') };
  }
}

/** CEL's integers, maps and the like as the JSON that they came from. */
function toJson(value: unknown): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), toJson(item)]));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Error(`the result is ${String(value)}, which is no JSON value`);
}

/** Collects `inputs.parameter_values['name']`; false when `inputs` is used in another way. */
function collectNames(node: ASTNode, names: Set<string>): boolean {
  const name = parameterRead(node);
  if (name !== undefined) {
    names.add(name);
    return true;
  }
  if (node.op === 'id') return node.args !== 'inputs';
  return childrenOf(node.args).every((child) => collectNames(child, names));
}

function parameterRead(node: ASTNode): string | undefined {
  if (node.op !== '[]' && node.op !== '.') return undefined;
  const [object, key] = node.args;
  if (object.op !== '.' || object.args[1] !== 'parameter_values' || object.args[0].op !== 'id' || object.args[0].args !== 'inputs') return undefined;
  if (typeof key === 'string') return key;
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
