const LAUNCHER = `program_path=$(mktemp -d)

printf "%s" "$0" > "$program_path/ephemeral_component.py"
_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main                         --component_module_path                         "$program_path/ephemeral_component.py"                         "$@"
`;

/** The command with which an SDK 2.x runs a function; with the preamble when packages are named. */
export function componentCommand(source: string, packages?: string): string[] {
  const preamble = packages === undefined ? [] : ['sh', '-c', preambleOf(packages)];
  return [...preamble, 'sh', '-ec', LAUNCHER, `\nimport kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n\n${source}\n`];
}

export function preambleOf(packages: string): string {
  return `
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

PIP_DISABLE_PIP_VERSION_CHECK=1 ${packages} && "$0" "$@"
`;
}

/** The preamble's line of SDK 2.17. */
export const INSTALL_SDK = `python3 -m pip install --quiet --no-warn-script-location 'kfp==2.17.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<"3.9"'`;

export function componentArgs(name: string, outputFolder: string, parameterValues: Record<string, unknown> = {}, outputs: Record<string, string> = {}): string[] {
  const parameters = Object.fromEntries(Object.entries(outputs).map(([key, outputFile]) => [key, { outputFile }]));
  const input = { inputs: { parameterValues }, outputs: { parameters, outputFile: `${outputFolder}/output_metadata.json` } };
  return ['--executor_input', JSON.stringify(input), '--function_to_execute', name];
}
