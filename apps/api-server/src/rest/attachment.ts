/** A Content-Disposition that saves under `fileName`, whatever characters it has. */
export function attachment(fileName: string): string {
  const plain = fileName.replaceAll(/[^\w.-]+/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
