import type { PipInstall } from './requirements.js';

/** What a command of the SDK amounts to. */
export interface RecognisedCommand {
  /** The `pip install` calls that come first; empty when the command has none. */
  readonly pip: readonly PipInstall[];
  /** What remains to be run once they are satisfied; the whole command when nothing was recognised. */
  readonly argv: readonly string[];
  /** Present when what remains is the SDK's own way to run a lightweight component. */
  readonly launch?: Launch;
  /** The code is a module inside the image. */
  readonly codeIsInImage: boolean;
  /** The code of a Python function is in the command itself: any Python with its packages runs it. */
  readonly codeIsInCommand: boolean;
}

export interface Launch {
  readonly module: string;
  readonly source: string;
  readonly args: readonly string[];
}

const ENSURE_PIP = `
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

`;
const MAKE_VENV = `
export PIP_DISABLE_PIP_VERSION_CHECK=1
tmp=$(mktemp -d)
python3 -m venv "$tmp/venv" --system-site-packages
. "$tmp/venv/bin/activate"
`;
const THEN_RUN = ' && "$0" "$@"';
const NO_VERSION_CHECK = 'PIP_DISABLE_PIP_VERSION_CHECK=1 ';
const LAUNCHER =
  /^program_path=\$\(mktemp -d\)\n+printf "%s" "\$0" > "\$program_path\/ephemeral_component\.py"\n(?:_KFP_RUNTIME=true )?python3 -m (kfp\.(?:dsl|components)\.executor_main)[ \\\n]+--component_module_path[ \\\n]+"\$program_path\/ephemeral_component\.py"[ \\\n]+"\$@"\n?$/;

const FIRST_SDK = /^program_path=\$\(mktemp\)\nprintf "%s" "\$0" > "\$program_path"\npython3 -u "\$program_path" "\$@"\n?$/;

/** Sees through what SDKs 2.x (and 1.8, for its preamble) put around a component. Strict: what it does not know stays as it is. */
export function recogniseCommand(command: readonly string[], args: readonly string[]): RecognisedCommand {
  const whole = [...command, ...args];
  const pip = whole[0] === 'sh' && whole[1] === '-c' && whole.length > 3 ? parsePreamble(whole[2]!) : undefined;
  const argv = pip ? whole.slice(3) : whole;
  const launch = parseLauncher(argv);
  const codeIsInImage = !launch && /^python3?$/.test(argv[0] ?? '') && argv[1] === '-m' && /^kfp\.(dsl|components)\.executor_main$/.test(argv[2] ?? '') && !argv.includes('--component_module_path');
  return { pip: pip ?? [], argv, ...(launch && { launch }), codeIsInImage, codeIsInCommand: launch !== undefined || isFunctionOfFirstSdk(argv) };
}

/** What SDK 1.8 makes of a function: its source, which a shell writes to a file; before, an argument of the interpreter. */
function isFunctionOfFirstSdk([program, flag, script, source]: readonly string[]): boolean {
  if (/^python3?$/.test(program ?? '')) return flag === '-u' && script === '-c' && source !== undefined;
  return program === 'sh' && flag === '-ec' && source !== undefined && FIRST_SDK.test(script ?? '');
}

function parseLauncher(argv: readonly string[]): Launch | undefined {
  const [shell, flag, script, source, ...args] = argv;
  if (shell !== 'sh' || flag !== '-ec' || script === undefined || source === undefined) return undefined;
  const module = LAUNCHER.exec(script)?.[1];
  return module === undefined ? undefined : { module, source, args };
}

function parsePreamble(script: string): PipInstall[] | undefined {
  if (script.startsWith(ENSURE_PIP + NO_VERSION_CHECK) && script.endsWith(`${THEN_RUN}\n`)) {
    const body = script.slice((ENSURE_PIP + NO_VERSION_CHECK).length, -`${THEN_RUN}\n`.length);
    return parsePipCalls(body.replace(MAKE_VENV, ' '));
  }
  // SDK 1.8: (install || install --user) && …
  if (script.startsWith(`(${NO_VERSION_CHECK}`) && script.endsWith(` --user)${THEN_RUN}`)) {
    const [first, second, ...more] = script.slice(1, -` --user)${THEN_RUN}`.length).split(' || ');
    if (more.length === 0 && first !== undefined && first === second) return parsePipCalls(first.slice(NO_VERSION_CHECK.length));
  }
  return undefined;
}

function parsePipCalls(body: string): PipInstall[] | undefined {
  const calls: string[][] = [[]];
  for (const word of shellWords(body) ?? ['']) {
    if (word === '') return undefined;
    if (word === '&&') calls.push([]);
    else calls.at(-1)!.push(word);
  }
  const installs: PipInstall[] = [];
  for (const [python, dashM, pip, install, ...rest] of calls) {
    if (python !== 'python3' || dashM !== '-m' || pip !== 'pip' || install !== 'install') return undefined;
    const named = rest.filter((word) => word !== '--quiet' && word !== '--no-warn-script-location');
    if (named.length === 0) return undefined;
    installs.push(named);
  }
  return installs;
}

/** Words of a line in which quoting has no surprises; undefined when a shell would do more than take them apart. */
function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  const word = /\s*(?:(&&)|'([^'\\]*)'|"([^"\\$`]*)"|([A-Za-z0-9:/._~%@=+,-]+))(?=\s|$)/y;
  const end = text.trimEnd().length;
  if (/[\n\r]/.test(text.trim())) return undefined;
  while (word.lastIndex < end) {
    const match = word.exec(text);
    if (!match) return undefined;
    words.push(match[1] ?? match[2] ?? match[3] ?? match[4]!);
  }
  return words;
}
