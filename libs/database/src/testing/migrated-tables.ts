import type { DialectName } from '../dialect.js';
import type { Sql } from '../sql-session.js';
import { literal, sql } from '../sql-text.js';
import type { SchemaTable } from './schema-models.js';

const SQLITE_TYPES: Readonly<Record<string, string>> = { String: 'TEXT', DateTime: 'DATETIME', Boolean: 'BOOLEAN', Int: 'INTEGER', BigInt: 'INTEGER', Float: 'REAL' };
const MYSQL_TYPES: Readonly<Record<string, string>> = { Boolean: 'tinyint(1)', Int: 'int(11)', BigInt: 'bigint(20)' };

/** How the database calls a type of the schema. */
function typeOf(dialect: DialectName, type: string): string {
  return dialect === 'sqlite' ? SQLITE_TYPES[type]! : (MYSQL_TYPES[type] ?? type.toLowerCase());
}

const byName = <T extends { readonly name: string }>(items: T[]): T[] => items.sort((a, b) => (a.name < b.name ? -1 : 1));

async function readSqlite(session: Sql): Promise<readonly SchemaTable[]> {
  const names = await session.query<{ name: string }>(sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|' AND name <> '_prisma_migrations'`);
  return Promise.all(
    names.map(async ({ name }) => {
      const columns = await session.query<{ name: string; type: string; notnull: number; pk: number }>(sql`SELECT name, type, "notnull", pk FROM pragma_table_info(${name}) ORDER BY cid`);
      const indexes = await session.query<{ name: string; unique: number; origin: string }>(sql`SELECT name, "unique", origin FROM pragma_index_list(${name})`);
      const foreignKeys = await session.query<{ from: string; table: string; on_delete: string }>(sql`SELECT "from", "table", on_delete FROM pragma_foreign_key_list(${name}) ORDER BY id DESC`);
      return {
        name,
        columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: column.notnull === 0 })),
        primaryKey: columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk).map((column) => column.name),
        indexes: byName(
          await Promise.all(
            indexes
              .filter(({ origin }) => origin === 'c')
              .map(async (index) => ({
                name: index.name,
                columns: (await session.query<{ name: string }>(sql`SELECT name FROM pragma_index_info(${index.name}) ORDER BY seqno`)).map((column) => column.name),
                unique: index.unique === 1,
              })),
          ),
        ),
        foreignKeys: foreignKeys.map((key) => ({ column: key.from, table: key.table, onDelete: key.on_delete })),
      };
    }),
  );
}

async function readMysql(session: Sql): Promise<readonly SchemaTable[]> {
  const names = await session.query<{ name: string; collation: string }>(literal(`SELECT table_name AS name, table_collation AS collation FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> '_prisma_migrations'`));
  const columns = await session.query<{ owner: string; name: string; type: string; nullable: string; collation: string | null }>(
    literal(`SELECT table_name AS owner, column_name AS name, column_type AS type, is_nullable AS nullable, collation_name AS collation FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`),
  );
  const keys = await session.query<{ owner: string; name: string; member: string; loose: number }>(
    literal(`SELECT table_name AS owner, index_name AS name, column_name AS member, non_unique AS loose FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`),
  );
  const references = await session.query<{ owner: string; member: string; target: string; rule: string }>(
    literal(`SELECT k.table_name AS owner, k.column_name AS member, k.referenced_table_name AS target, r.delete_rule AS rule FROM information_schema.key_column_usage k
      JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
      WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL ORDER BY k.table_name, k.column_name DESC`),
  );
  const folding = columns.filter(({ collation }) => collation !== null && collation !== 'utf8mb4_bin').map(({ owner, name }) => `${owner}.${name}`);
  if (folding.length > 0) throw new Error(`columns that are not compared character by character: ${folding.join(', ')}`);
  return names.map(({ name }) => {
    const indexes = Map.groupBy(keys.filter(({ owner }) => owner === name), (key) => key.name);
    return {
      name,
      columns: columns.filter(({ owner }) => owner === name).map((column) => ({ name: column.name, type: column.type.replace(/^int$/, 'int(11)').replace(/^bigint$/, 'bigint(20)'), nullable: column.nullable === 'YES' })),
      primaryKey: (indexes.get('PRIMARY') ?? []).map(({ member }) => member),
      indexes: byName([...indexes].filter(([index]) => index !== 'PRIMARY').map(([index, members]) => ({ name: index, columns: members.map(({ member }) => member), unique: Number(members[0]!.loose) === 0 }))),
      foreignKeys: references.filter(({ owner }) => owner === name).map(({ member, target, rule }) => ({ column: member, table: target, onDelete: rule })),
    };
  });
}

/** The tables of a migrated database in the schema's terms, by name; with `typeOf` the two can be compared. */
export const readMigratedTables = Object.assign(async (session: Sql): Promise<readonly SchemaTable[]> => byName([...(session.dialect === 'sqlite' ? await readSqlite(session) : await readMysql(session))]), { typeOf });
