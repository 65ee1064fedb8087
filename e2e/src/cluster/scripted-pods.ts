import type { Template, Workflow } from '@millrace/argo';
import { nodeOfEvent, type FixtureCase, type PodOutcome } from '@millrace/embedded-argo/testing';

/** Where a pod waits for the event that ends it. */
export const RELEASE_FILE = '/tmp/millrace-release';
const ARGUMENT_LINE = '@argument ';

/** The Workflow of a case, changed so that its pods do what the case says: each looks itself up by the name of its node. */
export function withScriptedPods({ name, workflow, pods, events }: FixtureCase, image: string): Workflow {
  const held = [...(events ?? []).flatMap((event) => ('answer' in event ? [] : [nodeOfEvent(event)])), ...Object.keys(pods ?? {}).filter((pattern) => pods![pattern]!.hold === true)];
  const program = held.map((pattern) => `case "$NODE" in ${asGlob(pattern)}) until [ -e ${RELEASE_FILE} ]; do sleep 0.1; done;; esac`);
  const outcomes = Object.entries(pods ?? {}).map(([pattern, outcome]) => `${asGlob(pattern)}) ${commandsOf(outcome)} ;;`);
  const script = [
    `for a in "$@"; do printf '${ARGUMENT_LINE}%s\\n' "$(printf '%s' "$a" | base64 | tr -d '\\n')" >&2; done`,
    ...program,
    `case "$NODE" in ${outcomes.join('\n')} esac`,
  ].join('\n');
  const main = {
    name: 'main',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', `eval "$(echo ${encode(script)} | base64 -d)"`, 'sh'],
    env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['workflows.argoproj.io/node-name']" } } }],
  };
  const { spec } = workflow;
  return {
    ...workflow,
    metadata: { ...workflow.metadata, name },
    spec: { ...spec, templates: spec.templates?.map(withoutCommand), podSpecPatch: JSON.stringify({ containers: [main] }) },
  };
}

/** What the container of a pod was given, from its log. */
export function argumentsIn(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    const at = line.indexOf(ARGUMENT_LINE);
    const argument = at < 0 ? '' : Buffer.from(line.slice(at + ARGUMENT_LINE.length), 'base64').toString();
    // Argo's own, where a script template is staged.
    return at < 0 || argument === '/argo/staging/script' ? [] : [argument];
  });
}

function commandsOf({ exitCode = 0, files, stdout }: PodOutcome): string {
  const writes = Object.entries(files ?? {}).map(([path, text]) => `mkdir -p "$(dirname ${quote(path)})"; echo ${encode(text)} | base64 -d > ${quote(path)};`);
  const prints = stdout === undefined ? [] : [`echo ${encode(stdout)} | base64 -d;`];
  return [...writes, ...prints, `exit ${exitCode}`].join(' ');
}

/** A template's own patch comes after the workflow's: what it says about the program goes, what it says about arguments stays. */
function withoutCommand(template: Template): Template {
  const { podSpecPatch } = template;
  if (podSpecPatch === undefined || podSpecPatch === '') return template;
  // A tag may stand for a whole JSON value, and braces in texts are written so that Argo sees no tags in them.
  const patch = JSON.parse(podSpecPatch.replaceAll(/:(\{\{[^{}]+\}\})/g, (_, tag: string) => `:${JSON.stringify(`@tag ${tag}`)}`)) as { containers?: Record<string, unknown>[] };
  const containers = patch.containers?.map(({ command: _command, image: _image, ...rest }) => rest);
  const text = JSON.stringify({ ...patch, containers }, (_, value: unknown) => (typeof value === 'string' && !value.startsWith('@tag ') ? value.replaceAll('{', '\uE000') : value));
  return { ...template, podSpecPatch: text.replaceAll('\uE000', '\\u007b').replaceAll(/"@tag (\{\{[^{}]+\}\})"/g, '$1') };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64') || '""';
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A pattern of the shell: quoted but for its stars. */
function asGlob(pattern: string): string {
  return pattern.split('*').map((text) => (text === '' ? '' : quote(text))).join('*');
}
