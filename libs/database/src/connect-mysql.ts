import { connect } from 'node:net';
import { PipelineError } from '@millrace/errors';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { mysqlMigrations } from './generated/mysql-migrations.js';
import type { Migration } from './migrate.js';

const DEFAULT_CONNECTIONS = 10;
const KNOWN_PARAMETERS = ['connectionLimit', 'ssl'];

const ANSWER_TIMEOUT_MS = 3_000;
/** A process that is starved of its processor sees an answer late; each connection that is given up for that costs it another handshake. The driver's types lack it. */
const ALIVE = { pingTimeout: 2_000 };

/** The driver's pool would try for long and then not say why. */
async function checkAnswers(host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (reason: string): void => reject(new PipelineError('UNAVAILABLE', `No database server answers at ${host}:${port} (${reason}); start it or correct the database URL.`));
    const socket = connect({ host, port, timeout: ANSWER_TIMEOUT_MS });
    socket.once('connect', resolve);
    socket.once('timeout', () => refuse('timeout'));
    socket.once('error', (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message));
    socket.once('connect', () => socket.destroy());
    socket.once('timeout', () => socket.destroy());
  });
}

function settingsOf(text: string): { readonly host: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string; readonly connectionLimit: number; readonly ssl: boolean } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new PipelineError('INVALID_ARGUMENT', 'The database URL cannot be read; write "mysql://user:password@host:port/database", with special characters percent-encoded.');
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === '') throw new PipelineError('INVALID_ARGUMENT', 'The database URL names no database; write "mysql://user:password@host:port/database".');
  for (const name of url.searchParams.keys()) {
    if (!KNOWN_PARAMETERS.includes(name)) throw new PipelineError('INVALID_ARGUMENT', `The database URL has an unknown parameter "${name}"; known are ${KNOWN_PARAMETERS.join(', ')}.`);
  }
  const connectionLimit = Number(url.searchParams.get('connectionLimit') ?? DEFAULT_CONNECTIONS);
  if (!Number.isInteger(connectionLimit) || connectionLimit < 1) throw new PipelineError('INVALID_ARGUMENT', 'The database URL\'s connectionLimit must be a whole number of at least 1.');
  return {
    host: url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    connectionLimit,
    ssl: url.searchParams.get('ssl') === 'true',
  };
}

export async function connectMysql(url: string): Promise<{ readonly adapter: SqlDriverAdapter; readonly migrations: readonly Migration[] }> {
  const settings = settingsOf(url);
  await checkAnswers(settings.host, settings.port);
  const factory = new PrismaMariaDb(
    {
      ...settings,
      acquireTimeout: 10_000,
      connectTimeout: 5_000,
      ...ALIVE,
      charset: 'utf8mb4',
      collation: 'utf8mb4_bin',
      allowPublicKeyRetrieval: true,
      // Strict, whatever the server's default: a value that does not fit must fail and not be cut.
      initSql: ["SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", "SET SESSION time_zone = '+00:00'", 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'],
    },
    // One round trip a statement; the binary protocol would prepare each statement anew.
    { useTextProtocol: true },
  );
  return { adapter: await factory.connect(), migrations: mysqlMigrations };
}
