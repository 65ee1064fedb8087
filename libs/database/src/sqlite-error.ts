import type { MappedError } from '@prisma/driver-adapter-utils';

type SqliteFault = Error & { readonly code: string; readonly errcode: number };

function isSqliteFault(error: unknown): error is SqliteFault {
  return error instanceof Error && typeof (error as Partial<SqliteFault>).errcode === 'number';
}

/** `UNIQUE constraint failed: runs.id, runs.name` names the columns. */
function fieldsOf(message: string): { table: string | undefined; fields: string[] } {
  const columns = (message.split(': ')[1] ?? '').split(', ').map((name) => name.trim());
  return { table: columns[0]?.split('.')[0], fields: columns.map((name) => name.split('.').at(-1)!) };
}

/** Says what an error of node:sqlite means in Prisma's terms; undefined when it is not SQLite's. */
export function sqliteError(error: unknown): (MappedError & { originalCode: string; originalMessage: string }) | undefined {
  if (!isSqliteFault(error)) return undefined;
  const original = { originalCode: String(error.errcode), originalMessage: error.message };
  const { table, fields } = fieldsOf(error.message);
  switch (error.errcode) {
    case 1555: // SQLITE_CONSTRAINT_PRIMARYKEY, named as MySQL names it
      return { kind: 'UniqueConstraintViolation', constraint: { index: 'PRIMARY' }, table, ...original };
    case 2067: // SQLITE_CONSTRAINT_UNIQUE
      return { kind: 'UniqueConstraintViolation', constraint: { fields }, table, ...original };
    case 787: // SQLITE_CONSTRAINT_FOREIGNKEY
    case 1811: // SQLITE_CONSTRAINT_TRIGGER, which ON DELETE RESTRICT raises
      return { kind: 'ForeignKeyConstraintViolation', constraint: { foreignKey: {} }, ...original };
    case 1299: // SQLITE_CONSTRAINT_NOTNULL
      return { kind: 'NullConstraintViolation', constraint: { fields }, ...original };
    case 5: // SQLITE_BUSY
    case 261: // SQLITE_BUSY_RECOVERY
    case 517: // SQLITE_BUSY_SNAPSHOT
    case 6: // SQLITE_LOCKED
      return { kind: 'SocketTimeout', ...original };
    default:
      return { kind: 'sqlite', extendedCode: error.errcode, message: error.message, ...original };
  }
}
