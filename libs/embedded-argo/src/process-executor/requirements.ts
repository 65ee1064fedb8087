import { createHash } from 'node:crypto';

/** Arguments of one `pip install`, without options that only quieten it. */
export type PipInstall = readonly string[];

/** What an environment has to contain. */
export interface Requirements {
  readonly pip: readonly PipInstall[];
}

/** The SDK adds this to every component; no Python that we accept is that old. */
const ONLY_FOR_PYTHON_BEFORE_3_9 = /^typing-extensions\S*; *python_version *< *["']3\.9["']$/;

/** Without what cannot matter, so that components that need the same share one environment. */
export function normaliseRequirements(pip: readonly PipInstall[]): Requirements {
  return { pip: pip.map((install) => install.filter((word) => !ONLY_FOR_PYTHON_BEFORE_3_9.test(word))).filter((install) => install.length > 0) };
}

/** Adds the SDK itself for a component that expects to find it in its image. */
export function withSdk(requirements: Requirements, sdk: PipInstall): Requirements {
  const hasSdk = requirements.pip.some((install) => install.some((word) => /^kfp(?!-pipeline-spec|-server-api)|kubeflow\/pipelines|\/kfp/i.test(word)));
  return hasSdk ? requirements : { pip: [...requirements.pip, sdk] };
}

/** Name of the folder of the environment that satisfies these requirements with this version of Python. */
export function environmentKey(requirements: Requirements, pythonVersion: string): string {
  const installs = requirements.pip.map((install) => canonicalOrder(install).join('\0')).sort();
  const minor = pythonVersion.split('.').slice(0, 2).join('.');
  const digest = createHash('sha256').update(JSON.stringify([minor, process.platform, process.arch, installs])).digest('hex');
  return `py${minor}-${digest.slice(0, 16)}`;
}

const TAKES_VALUE = /^--(index-url|extra-index-url|trusted-host|find-links|constraint|requirement)$/;

/** Packages in any order are the same; an option and its value belong together and indexes have a rank. */
function canonicalOrder(install: PipInstall): string[] {
  const options: string[] = [];
  const packages: string[] = [];
  for (let at = 0; at < install.length; at += 1) {
    const word = install[at]!;
    if (TAKES_VALUE.test(word)) options.push(`${word} ${install[(at += 1)] ?? ''}`);
    else packages.push(word);
  }
  return [...options, ...packages.sort()];
}
