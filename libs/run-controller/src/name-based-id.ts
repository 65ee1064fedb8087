import { createHash } from 'node:crypto';

/** A UUID made of a text: the same for the same text, whoever makes it and when. */
export function nameBasedId(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  // The form of a name-based UUID: KFP's clients check it.
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
