/** What a machine may lack that is not the pipeline's fault, by what is said where it shows. */
const LACKS: readonly (readonly [what: string, sign: RegExp])[] = [
  ['a value for a required input', /required input of the pipeline|which nothing gives it|parameter "[^"]*" \([A-Z_]+\) is required and was not given/],
  ['the image', /The image "[^"]*" (cannot be run|could not be pulled)|is not on this machine and its pull policy is Never/],
  ['the code inside the image', /is inside the image|relies on the entrypoint of the image/],
  ['the program', /does not exist on this machine|: (?:not found|command not found)\b|No such file or directory: '(?:[\w.-]+)'$/m],
  ['a secret', /secret "[^"]*"/i],
  ['a config map', /config ?map "[^"]*"/i],
  ['a volume', /persistentvolumeclaim "[^"]*" not found|the volume "[^"]*"/i],
  ['a GPU or another accelerator', /asks for [^.]*(GPU|accelerator|[\w.-]+\/[\w.-]+)|has no (GPU|accelerator)/i],
  ['credentials', /no credentials for|auth credentials\?|credentials were not found|NoCredentialsError|Unable to locate credentials/],
  ['a cluster', /mounted by a cluster only/],
  ['containers', /processes of this machine cannot have|only containers can be/],
  ['a package that pip can install here', /pip could not|No matching distribution found|Could not find a version that satisfies|Failed building wheel/],
  ['the network', /Name or service not known|Temporary failure in name resolution|getaddrinfo|Network is unreachable|Max retries exceeded|Connection refused|ConnectionError|URLError|Could not connect to the endpoint|Failed to establish a new connection|SSLCertVerificationError|Tunnel connection failed/],
];

/** The first thing that a text says is lacking, in a word or two; undefined when it says nothing of the kind. */
export function whatIsLacking(text: string): string | undefined {
  return LACKS.find(([, sign]) => sign.test(text))?.[0];
}
