import { EMPTY_MAP } from '../empty-map.js';
import type { IssueList } from '../issue-list.js';
import { equalValues, valueFault } from '../parameter-values.js';
import { keyPath } from '../spec-path.js';
import type { ComponentSpec, InputParameterSpec } from '../types.js';

const KFP_1_TYPES: Readonly<Record<string, string>> = { INT: 'NUMBER_INTEGER', DOUBLE: 'NUMBER_DOUBLE', STRING: 'STRING' };

/** Checks what a component says its inputs and outputs are: types, defaults and literals. */
export function validateDefinitions(component: ComponentSpec, path: string, issues: IssueList): void {
  for (const [name, parameter] of Object.entries(component.inputDefinitions?.parameters ?? EMPTY_MAP)) {
    const at = keyPath(`${path}.inputDefinitions.parameters`, name);
    if (validateType(parameter, at, issues)) validateDefault(parameter, at, issues);
  }
  for (const [name, parameter] of Object.entries(component.outputDefinitions?.parameters ?? EMPTY_MAP)) {
    validateType(parameter, keyPath(`${path}.outputDefinitions.parameters`, name), issues);
  }
}

function validateType(parameter: { readonly parameterType: string }, path: string, issues: IssueList): boolean {
  if (parameter.parameterType !== 'PARAMETER_TYPE_ENUM_UNSPECIFIED') return true;
  const oldType = 'type' in parameter && typeof parameter.type === 'string' ? KFP_1_TYPES[parameter.type] : undefined;
  const remedy = oldType === undefined ? 'Write for example `parameterType: STRING`.' : `Write \`parameterType: ${oldType}\` instead of \`type\`.`;
  issues.add(`${path}.parameterType`, 'is missing.', remedy);
  return false;
}

function validateDefault(parameter: InputParameterSpec, path: string, issues: IssueList): void {
  const { parameterType, defaultValue, literals = [] } = parameter;
  for (const [index, literal] of literals.entries()) {
    const fault = valueFault(parameterType, literal);
    if (fault !== undefined) issues.add(`${path}.literals[${index}]`, fault);
  }
  // The SDK writes null for an optional parameter without a default of its own.
  if (defaultValue === undefined || defaultValue === null) return;
  const fault = valueFault(parameterType, defaultValue);
  if (fault !== undefined) issues.add(`${path}.defaultValue`, fault);
  else if (literals.length > 0 && !literals.some((literal) => equalValues(literal, defaultValue))) {
    issues.add(`${path}.defaultValue`, `${JSON.stringify(defaultValue)} is none of the allowed values ${JSON.stringify(literals)}.`);
  }
}
