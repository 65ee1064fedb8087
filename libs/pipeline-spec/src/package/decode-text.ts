import { packageFault } from './package-fault.js';

/** UTF-8 text, without its byte order mark. Throws INVALID_ARGUMENT for anything else. */
export function decodeText(bytes: Uint8Array, fileName: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw packageFault(fileName, 'it is UTF-16 text. Save it as UTF-8.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw packageFault(fileName, 'it is not UTF-8 text. Save it as UTF-8.', error);
  }
}
