import { PipelineError } from '@millrace/errors';

const MAX_TAGS = 20;
const MAX_RUNES = 63;

/** Refuses tags that break KFP's rules for them. */
export function assertTags(tags: Readonly<Record<string, string>>): void {
  const refuse = (message: string) => {
    throw new PipelineError('INVALID_ARGUMENT', message);
  };
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) refuse(`At most ${MAX_TAGS} tags are allowed; there are ${entries.length}.`);
  for (const [key, value] of entries) {
    if (key === '') refuse('A tag key must not be empty.');
    if (key.includes('.')) refuse(`Tag key "${key}" must not contain ".".`);
    if ([...key].length > MAX_RUNES) refuse(`Tag key "${key}" is longer than ${MAX_RUNES} characters.`);
    if ([...value].length > MAX_RUNES) refuse(`The value of tag "${key}" is longer than ${MAX_RUNES} characters.`);
  }
}
