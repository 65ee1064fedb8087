/** The parameter that a problem's path is about: `runtime_config.parameters['lr']`, `parameters.lr` or `lr`. */
export function parameterOfPath(path: string): string {
  return /\['([^']+)'\][^[]*$/.exec(path)?.[1] ?? path.split('.').at(-1) ?? path;
}
