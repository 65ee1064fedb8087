export type SqlValue = string | number | boolean | Date | null;

/** A piece of SQL with the values of its placeholders; pieces nest, values are always bound. */
export class SqlText {
  readonly text: string;
  readonly values: readonly SqlValue[];

  constructor(text: string, values: readonly SqlValue[] = []) {
    this.text = text;
    this.values = values;
  }
}

/** SQL with bound values: sql`id = ${id}`. A SqlText in it is inserted, anything else becomes a placeholder. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlText | SqlValue | undefined)[]): SqlText {
  let text = strings[0]!;
  const values: SqlValue[] = [];
  parts.forEach((part, index) => {
    if (part instanceof SqlText) {
      text += part.text;
      values.push(...part.values);
    } else {
      text += '?';
      values.push(part ?? null);
    }
    text += strings[index + 1]!;
  });
  return new SqlText(text, values);
}

/** SQL that is written in the program, never taken from a caller. */
export function literal(text: string): SqlText {
  return new SqlText(text);
}

export function joinSql(parts: readonly SqlText[], separator: string): SqlText {
  return new SqlText(parts.map((part) => part.text).join(separator), parts.flatMap((part) => part.values));
}

/** `(?, ?, ?)`; an empty list is `(NULL)`, which nothing equals. */
export function listSql(values: readonly SqlValue[]): SqlText {
  return values.length === 0 ? literal('(NULL)') : new SqlText(`(${values.map(() => '?').join(', ')})`, values);
}
