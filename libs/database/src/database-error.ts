import { isPipelineError, PipelineError } from '@millrace/errors';

/** What a driver or Prisma threw, as far as it matters here. */
interface DriverFault {
  readonly kind: string;
  readonly index?: string;
  readonly column?: string;
  readonly code?: number;
  readonly message: string;
}

/** A rule of the schema was broken. Repositories catch it and say in the user's words which. @internal */
export class ConstraintError extends PipelineError {
  readonly constraint: 'primary-key' | 'unique' | 'foreign-key';

  constructor(constraint: ConstraintError['constraint'], cause: unknown) {
    super(constraint === 'foreign-key' ? 'FAILED_PRECONDITION' : 'ALREADY_EXISTS', constraint === 'foreign-key' ? 'What this refers to does not exist, or is still referred to.' : 'This already exists.', { cause });
    this.constraint = constraint;
  }
}

/** True when `error` says that a unique name is taken (and not that the id is). */
export function isNameTaken(error: unknown): error is ConstraintError {
  return error instanceof ConstraintError && error.constraint === 'unique';
}

/** True when `error` says that the id is taken. */
export function isIdTaken(error: unknown): error is ConstraintError {
  return error instanceof ConstraintError && error.constraint === 'primary-key';
}

function faultOf(error: unknown): DriverFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const prisma = error as Error & { readonly code?: unknown; readonly meta?: { readonly driverAdapterError?: unknown } };
  if (prisma.meta?.driverAdapterError instanceof Error) return faultOf(prisma.meta.driverAdapterError);
  const cause = error.cause as { kind?: string; constraint?: { index?: string }; column?: string; code?: number; extendedCode?: number; message?: string; originalMessage?: string } | undefined;
  if (cause && typeof cause === 'object' && typeof cause.kind === 'string') {
    return {
      kind: cause.kind,
      index: cause.constraint?.index,
      column: cause.column,
      code: cause.code ?? cause.extendedCode,
      message: cause.originalMessage ?? cause.message ?? error.message,
    };
  }
  const errno = (error as { readonly errno?: unknown }).errno;
  if (typeof errno === 'number') return { kind: 'mysql', code: errno, message: error.message };
  return undefined;
}

/** MySQL: lock wait timeout; MariaDB: the record has changed since it was read. */
const LOST_RACES: ReadonlySet<number> = new Set([1205, 1020]);

/** True for faults that go away when the whole transaction is tried again: another one won. */
export function isTransient(error: unknown): boolean {
  const fault = faultOf(error);
  return fault !== undefined && (fault.kind === 'TransactionWriteConflict' || (fault.kind === 'mysql' && LOST_RACES.has(fault.code ?? 0)));
}

/** The driver's own: none of its connections became free in time. Where it has none at all, the database is away. */
const NONE_FREE = 45028;
const RETRY_AFTER_SECONDS = 5;

const AWAY_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections', 'TlsConnectionError']);
const REFUSED_KINDS = new Set(['DatabaseAccessDenied', 'AuthenticationFailed', 'DatabaseDoesNotExist']);

/** The error that callers get for what the driver or Prisma threw; errors of ours pass unchanged. */
export function toDatabaseError(error: unknown): unknown {
  if (isPipelineError(error)) return error;
  const fault = faultOf(error);
  if (!fault) return error;
  switch (fault.kind) {
    case 'UniqueConstraintViolation':
      return new ConstraintError(fault.index === 'PRIMARY' ? 'primary-key' : 'unique', error);
    case 'ForeignKeyConstraintViolation':
      return new ConstraintError('foreign-key', error);
    case 'LengthMismatch':
      return new PipelineError('INVALID_ARGUMENT', `The value for "${fault.column ?? 'a column'}" is longer than the database holds; shorten it.`, { cause: error });
    case 'TransactionWriteConflict':
      return new PipelineError('ABORTED', 'Others kept changing the same rows; try again.', { cause: error });
    case 'mysql':
      if (fault.code === 1153) return new PipelineError('RESOURCE_EXHAUSTED', 'The document is larger than the database server accepts; raise its max_allowed_packet (64M holds every pipeline that can be uploaded).', { cause: error });
      if (fault.code === NONE_FREE && !fault.message.includes('active=0 ')) {
        const text = 'All connections of this server to its database have been in use for 10 s; try again, and give it more of them (connectionLimit of the database URL, MILLRACE_DATABASE_CONNECTIONS) or another replica if that goes on.';
        return new PipelineError('UNAVAILABLE', text, { cause: error, details: { retryAfterSeconds: RETRY_AFTER_SECONDS } });
      }
      if (LOST_RACES.has(fault.code ?? 0)) return new PipelineError('ABORTED', 'Others kept changing the same rows; try again.', { cause: error });
      return new PipelineError('UNAVAILABLE', `The database is away or failed: ${fault.message}`, { cause: error });
    case 'sqlite':
      if (fault.code !== undefined && (fault.code & 0xff) === 13) return new PipelineError('UNAVAILABLE', 'The disk that holds the database is full; free some space.', { cause: error });
      if (fault.code !== undefined && (fault.code & 0xff) === 8) return new PipelineError('UNAVAILABLE', 'The database file is read-only; make it and its folder writable.', { cause: error });
      if (fault.code !== undefined && ((fault.code & 0xff) === 11 || (fault.code & 0xff) === 26)) return new PipelineError('UNAVAILABLE', `The database file is damaged or is not a database: ${fault.message}; restore it from a backup.`, { cause: error });
      if (fault.code !== undefined && (fault.code & 0xff) === 14) return new PipelineError('UNAVAILABLE', 'The database file cannot be opened; check that its folder exists and is writable.', { cause: error });
      return new PipelineError('INTERNAL', `The database failed: ${fault.message}`, { cause: error });
    default:
      if (AWAY_KINDS.has(fault.kind)) return new PipelineError('UNAVAILABLE', `The database is away or busy: ${fault.message}`, { cause: error });
      if (REFUSED_KINDS.has(fault.kind)) return new PipelineError('UNAVAILABLE', `The database refuses this server: ${fault.message}; check the user, password and database name in its URL.`, { cause: error });
      return new PipelineError('INTERNAL', `The database failed: ${fault.message}`, { cause: error });
  }
}
