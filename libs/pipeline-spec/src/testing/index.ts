/** For tests only. */
export { makeTar, makeTarGz, makeZip, type TarEntry, type ZipEntry } from './make-archive.js';
