import { describe, expect, it } from 'vitest';
import { parseCsv, readUiMetadata } from './ui-metadata';

const read = (...outputs: object[]) => readUiMetadata(JSON.stringify({ version: 1, outputs }));

describe('what a v1 component left to be seen', () => {
  it('is text, a page, a table', () => {
    expect(
      read(
        { type: 'markdown', storage: 'inline', source: '# Good' },
        { type: 'web-app', storage: 'inline', source: '<p>x</p>' },
        { type: 'table', storage: 'inline', format: 'csv', header: ['name', 'score'], source: 'a,1\n"b, c","say ""x"""\n' },
      ),
    ).toEqual([
      { kind: 'text', text: '# Good' },
      { kind: 'html', source: '<p>x</p>' },
      { kind: 'table', header: ['name', 'score'], rows: [['a', '1'], ['b, c', 'say "x"']] },
    ]);
  });

  it('is a confusion matrix, by its labels and the names of its columns', () => {
    const schema = [{ name: 'count' }, { name: 'target' }, { name: 'predicted' }];
    expect(read({ type: 'confusion_matrix', storage: 'inline', labels: ['cat', 'dog'], schema, source: '5,cat,cat\n2,cat,dog\n1,dog,bird' })).toEqual([
      { kind: 'matrix', labels: ['cat', 'dog', 'bird'], counts: [[5, 2, 0], [0, 0, 1], [0, 0, 0]] },
    ]);
  });

  it('is a curve, in order and without what is no number', () => {
    expect(read({ type: 'roc', storage: 'inline', source: '1,1,0\n0,0,inf\nx,y,z\n0.5,0.9,0.4' })).toEqual([
      { kind: 'roc', points: [{ fpr: 0, tpr: 0, threshold: Number.NaN }, { fpr: 0.5, tpr: 0.9, threshold: 0.4 }, { fpr: 1, tpr: 1, threshold: 0 }] },
    ]);
  });

  it('is told by its address where it is elsewhere', () => {
    expect(read({ type: 'tensorboard', source: 'gs://b/logs' }, { type: 'table', storage: 'gcs', source: 'gs://b/x.csv' })).toEqual([
      { kind: 'address', type: 'tensorboard', address: 'gs://b/logs' },
      { kind: 'address', type: 'table', address: 'gs://b/x.csv' },
    ]);
  });

  it('is nothing where the file is something else', () => {
    for (const text of ['', 'null', '{}', '{"outputs": 5}', '[1]']) expect(readUiMetadata(text)).toBeUndefined();
    expect(read()).toEqual([]);
  });
});

describe('parseCsv', () => {
  it('reads lines in quotes, empty cells and both kinds of line ends', () => {
    expect(parseCsv('a,,c\r\n"two\nlines",x\n\nlast')).toEqual([['a', '', 'c'], ['two\nlines', 'x'], ['last']]);
  });
});
