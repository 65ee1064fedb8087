import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** The address of a unix socket has 108 bytes on Linux and 104 on macOS, the closing zero included. */
const LONGEST = 103;

/** Where the supervisor of `folder` listens: in it, or, when that is too long for a socket, in a short private folder. */
export function socketPathFor(folder: string): string {
  const direct = join(folder, 'socket');
  if (Buffer.byteLength(direct) <= LONGEST) return direct;
  const { uid } = userInfo();
  const short = join('/tmp', `millrace-${uid}`);
  const parent = Buffer.byteLength(join(tmpdir(), `millrace-${uid}`)) <= LONGEST - 25 ? join(tmpdir(), `millrace-${uid}`) : short;
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const found = lstatSync(parent);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid) || (found.mode & 0o077) !== 0) {
    throw new Error(`The folder "${parent}" belongs to someone else or is open to others; remove it, or use a data folder with a shorter path.`);
  }
  return join(parent, createHash('sha256').update(folder).digest('hex').slice(0, 20));
}
