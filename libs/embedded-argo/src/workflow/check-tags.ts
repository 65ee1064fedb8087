import type { Template, Workflow } from '@millrace/argo';
import type { Findings } from './findings.js';
import { callsOf } from './named-templates.js';
import { tagsIn } from './substitute.js';

/** Tags that this engine cannot replace would reach the user's command as they are; say so first. */
export function checkTags(spec: Workflow['spec'], templates: ReadonlyMap<string, Template>, found: Findings): void {
  const seen = new Set<string>();
  // A reference to an artifact is an object, not a text.
  const texts = JSON.stringify(spec, (key, value: unknown) => (key === 'from' ? undefined : value));
  for (const tag of tagsIn(texts)) {
    if (seen.has(tag)) continue;
    seen.add(tag);
    if (tag.startsWith('=')) {
      found.unsupported.push({ path: shownTag(tag), message: 'is an expression tag, which is not supported on one machine: use simple tags, or write "{" as \\u007b in text' });
    } else if (/\.outputs\.artifacts\.|^inputs\.artifacts\.[^.]+$/.test(tag)) {
      found.invalid.push({ path: shownTag(tag), message: 'is an artifact, which can only be named in "from"' });
    }
  }
  // Only exit handlers know what became of the workflow.
  for (const template of reachable(spec.entrypoint ?? '', templates)) {
    for (const tag of tagsIn(JSON.stringify({ ...template, dag: undefined, steps: undefined }))) {
      if (/^workflow\.(status|failures)$/.test(tag)) found.invalid.push({ path: `spec.templates['${template.name}']`, message: `uses ${shownTag(tag)}, which is only known to an exit handler` });
    }
  }
}

function shownTag(tag: string): string {
  return `{{${tag.length > 80 ? `${tag.slice(0, 77)}...` : tag}}}`;
}

/** The templates that run when this one does, without those of exit hooks. */
export function reachable(entrypoint: string, templates: ReadonlyMap<string, Template>): Template[] {
  const names = new Set([entrypoint]);
  for (const name of names) {
    const template = templates.get(name);
    for (const task of template === undefined ? [] : callsOf(template)) names.add(task.inline === undefined ? (task.template ?? '') : `${name}.${task.name}`);
  }
  return [...names].flatMap((name) => templates.get(name) ?? []);
}
