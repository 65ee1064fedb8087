/** 32-bit FNV-1a over the UTF-8 bytes: the hash in Argo's node ids and pod names. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash >>> 0;
}

/** The id Argo gives the node of this name: the workflow's own name for its root, else a hash of the whole node name. */
export function nodeId(workflowName: string, nodeName: string): string {
  return nodeName === workflowName ? workflowName : `${workflowName}-${fnv1a32(nodeName)}`;
}

const LONGEST_POD_NAME_PREFIX = 253 - 10 - 1;

/** `{{pod.name}}`: Argo's second naming scheme, workflow and template and the hash of the node name. */
export function podName(workflowName: string, nodeName: string, templateName: string): string {
  if (nodeName === workflowName) return workflowName;
  return `${`${workflowName}-${templateName}`.slice(0, LONGEST_POD_NAME_PREFIX)}-${fnv1a32(nodeName)}`;
}

/** A node's name as pages show it: without the name of the node that bounds it. */
export function displayName(nodeName: string, boundaryName: string | undefined): string {
  if (boundaryName === undefined) return nodeName;
  const rest = nodeName.startsWith(boundaryName) ? nodeName.slice(boundaryName.length) : nodeName;
  return rest.replace(/^(\[\d+\])?\./, '');
}
