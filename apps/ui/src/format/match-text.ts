/** Folds case and full-width forms, so that ＡＢＣ finds abc. */
export const foldText = (text: string): string => text.normalize('NFKC').toLowerCase();

export const matches = (text: string, wanted: string): boolean => foldText(text).includes(foldText(wanted));

/** The text in parts, those that match marked; one part when folding changed its length. */
export function markMatch(text: string, wanted: string): { text: string; match: boolean }[] {
  const folded = foldText(text);
  const at = wanted ? folded.indexOf(foldText(wanted)) : -1;
  if (at < 0 || folded.length !== text.length) return [{ text, match: false }];
  const end = at + foldText(wanted).length;
  return [
    { text: text.slice(0, at), match: false },
    { text: text.slice(at, end), match: true },
    { text: text.slice(end), match: false },
  ].filter((part) => part.text !== '');
}
