/** Kubernetes' `$(NAME)` in command, args and env: `$$` is a dollar sign, unknown names stay as they are. */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  if (!text.includes('$')) return text;
  return text.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (match, name: string | undefined) => {
    if (name === undefined) return '$';
    return variables.get(name) ?? match;
  });
}

/** An `env` list in order: each value may use the variables before it, the last of equal names wins. */
export function expandEnvironment(env: readonly { readonly name: string; readonly value?: string }[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { name, value = '' } of env) variables.set(name, expandVariables(value, variables));
  return variables;
}
