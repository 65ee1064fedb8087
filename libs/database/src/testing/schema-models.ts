/** What one model of a Prisma schema demands of its table. */
export interface SchemaTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly primaryKey: readonly string[];
  readonly indexes: readonly { readonly name: string; readonly columns: readonly string[]; readonly unique: boolean }[];
  readonly foreignKeys: readonly { readonly column: string; readonly table: string; readonly onDelete: string }[];
}

const names = (list: string): string[] => list.split(',').map((part) => part.trim().replace(/\(.*\)$/, ''));

/** Reads the tables out of a schema written as ours is: one attribute a line, single-column relations, every model mapped. */
export function readSchemaModels(schema: string): readonly SchemaTable[] {
  const bodies = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, model, body]) => ({ model: model!, body: body! }));
  const tables = new Map(bodies.map(({ model, body }) => [model, /@@map\("(\w+)"\)/.exec(body)![1]!]));
  return bodies.map(({ model, body }) => {
    const table = tables.get(model)!;
    const columns: { name: string; type: string; nullable: boolean }[] = [];
    const indexes: { name: string; columns: readonly string[]; unique: boolean }[] = [];
    const foreignKeys: { column: string; table: string; onDelete: string }[] = [];
    let primaryKey: readonly string[] = [];
    for (const line of body.split('\n').map((text) => text.trim())) {
      const block = /^@@(id|unique|index)\(\[(.*?)\](?:, map: "(\w+)")?\)$/.exec(line);
      if (block) {
        const [, kind, list, map] = block;
        const listed = names(list!);
        if (kind === 'id') primaryKey = listed;
        else indexes.push({ name: map ?? `${table}_${listed.join('_')}_${kind === 'unique' ? 'key' : 'idx'}`, columns: listed, unique: kind === 'unique' });
        continue;
      }
      const field = /^(\w+)\s+(\w+)(\?|\[\])?(.*)$/.exec(line);
      if (!field || line.startsWith('//')) continue;
      const [, name, type, arity, attributes] = field;
      if (tables.has(type!)) {
        const relation = /@relation\(fields: \[(\w+)\].*onDelete: (\w+)/.exec(attributes!);
        if (relation) foreignKeys.push({ column: relation[1]!, table: tables.get(type!)!, onDelete: relation[2]!.toUpperCase() });
        continue;
      }
      columns.push({ name: name!, type: /@db\.([\w()]+)/.exec(attributes!)?.[1] ?? type!, nullable: arity === '?' });
      if (/@id\b/.test(attributes!)) primaryKey = [name!];
    }
    return { name: table, columns, primaryKey, indexes, foreignKeys };
  });
}
