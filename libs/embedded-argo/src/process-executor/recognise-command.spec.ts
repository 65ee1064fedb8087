import { describe, expect, it } from 'vitest';
import { recogniseCommand } from './recognise-command.js';
import { componentCommand, INSTALL_SDK, preambleOf } from './testing/component-command.js';

const SDK = ['kfp==2.17.0', '--no-deps', 'typing-extensions>=3.7.4,<5; python_version<"3.9"'];
const PIP = 'python3 -m pip install --quiet --no-warn-script-location';
const USE_VENV = `
export PIP_DISABLE_PIP_VERSION_CHECK=1
tmp=$(mktemp -d)
python3 -m venv "$tmp/venv" --system-site-packages
. "$tmp/venv/bin/activate"
`;
const pipOf = (packages: string) => recogniseCommand(['sh', '-c', preambleOf(packages), 'program'], []).pip;

describe('recogniseCommand', () => {
  it('sees a component of the current SDK: what to install, and the source to run', () => {
    const found = recogniseCommand(componentCommand('def f(): pass', INSTALL_SDK), ['--executor_input', '{}', '--function_to_execute', 'f']);
    expect(found.pip).toEqual([SDK]);
    expect(found.launch).toEqual({ module: 'kfp.dsl.executor_main', source: expect.stringContaining('def f()') as string, args: ['--executor_input', '{}', '--function_to_execute', 'f'] });
    expect(found.argv[1]).toBe('-ec');
  });

  it('sees a component that installs nothing', () => {
    expect(recogniseCommand(componentCommand('def f(): pass'), [])).toMatchObject({ pip: [], launch: { module: 'kfp.dsl.executor_main' } });
  });

  it('sees the launcher of SDK 2.0', () => {
    const script = 'program_path=$(mktemp -d)\nprintf "%s" "$0" > "$program_path/ephemeral_component.py"\npython3 -m kfp.components.executor_main                         --component_module_path                         "$program_path/ephemeral_component.py"                         "$@"\n';
    expect(recogniseCommand(['sh', '-ec', script, 'source'], ['--x']).launch).toEqual({ module: 'kfp.components.executor_main', source: 'source', args: ['--x'] });
  });

  it.each([
    ['several calls', `${PIP} 'pandas==2.0' 'numpy'  &&  ${INSTALL_SDK}`, [['pandas==2.0', 'numpy'], SDK]],
    ['indexes and hosts', `${PIP} --index-url https://a/simple --extra-index-url https://b/simple --trusted-host https://a/simple 'x'`, [['--index-url', 'https://a/simple', '--extra-index-url', 'https://b/simple', '--trusted-host', 'https://a/simple', 'x']]],
    ['a virtual environment of its own', `${USE_VENV} ${PIP} 'kfp==2.17.0'`, [['kfp==2.17.0']]],
    ['a virtual environment after other packages', `${PIP} 'x'  && ${USE_VENV} ${PIP} 'kfp==2.17.0'`, [['x'], ['kfp==2.17.0']]],
    ['a package from git', `${PIP} 'git+https://host/pipelines@main#subdirectory=sdk/python'`, [['git+https://host/pipelines@main#subdirectory=sdk/python']]],
    ['the layout of SDK 2.0', `python3 -m pip install --quiet     --no-warn-script-location 'kfp==2.0.1'`, [['kfp==2.0.1']]],
    ['a double-quoted package', `${PIP} "it's"`, [["it's"]]],
  ])('reads %s', (_, packages, expected) => {
    expect(pipOf(packages)).toEqual(expected);
  });

  it('sees the preamble of SDK 1.8 and leaves the rest as the command', () => {
    const install = `PIP_DISABLE_PIP_VERSION_CHECK=1 ${PIP} 'xgboost==1.1.1' 'pandas==1.0.5'`;
    const found = recogniseCommand(['sh', '-c', `(${install} || ${install} --user) && "$0" "$@"`, 'python3', '-u', '-c', 'source'], ['--a', 'b']);
    expect(found).toEqual({ pip: [['xgboost==1.1.1', 'pandas==1.0.5']], argv: ['python3', '-u', '-c', 'source', '--a', 'b'], codeIsInImage: false, codeIsInCommand: true });
  });

  it.each([
    ['a substitution', `${PIP} $(cat requirements.txt)`],
    ['a variable in double quotes', `${PIP} "$PACKAGE"`],
    ['another command', `${PIP} 'x' && rm -rf /tmp/x`],
    ['a redirection', `${PIP} 'x' > /dev/null`],
    ['a second line', `${PIP} 'x'\necho done`],
    ['a pipe', `${PIP} 'x' | cat`],
    ['a background job', `${PIP} 'x' & ${PIP} 'y'`],
    ['an open quote', `${PIP} 'x`],
    ['no package', PIP],
    ['another installer', `apt-get install 'x'`],
  ])('leaves a script with %s as it is', (_, packages) => {
    const command = ['sh', '-c', preambleOf(packages), 'program'];
    expect(recogniseCommand(command, ['arg'])).toEqual({ pip: [], argv: [...command, 'arg'], codeIsInImage: false, codeIsInCommand: false });
  });

  it('knows a component whose code is inside its image', () => {
    expect(recogniseCommand(['python3', '-m', 'kfp.dsl.executor_main'], ['--function_to_execute', 'f']).codeIsInImage).toBe(true);
    expect(recogniseCommand(['python3', '-m', 'kfp.dsl.executor_main'], ['--component_module_path', 'x.py']).codeIsInImage).toBe(false);
  });
});
