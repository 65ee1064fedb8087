// Runs a command with TEST_S3_* set to a private S3 server: node scripts/with-s3.mjs npx vitest run libs/object-store
// Takes MinIO or versitygw where one is on PATH, builds the latter where Go is; says SKIPPED and succeeds where none can be had.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrBuild, findProgram, freePort, runCommand, stopServer, untilListening } from './private-server.mjs';

const GATEWAY = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0';
const KEYS = { accessKey: 'millrace', secretKey: 'millrace-secret' };
const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('usage: node scripts/with-s3.mjs <command> [arguments]');
  process.exit(2);
}

function skip(reason) {
  console.log(`with-s3: SKIPPED, ${reason}: ${command} ${args.join(' ')}`);
  process.exit(0);
}

function gateway() {
  try {
    return findOrBuild('versitygw', GATEWAY);
  } catch (error) {
    return skip(error.message);
  }
}

const minio = findProgram('minio');
const program = minio ?? gateway();
const folder = mkdtempSync(join(tmpdir(), 'millrace-s3-'));
const port = await freePort();
const address = `127.0.0.1:${port}`;
const options = minio ? ['server', '--quiet', '--address', address, folder] : ['--port', address, '--quiet', 'posix', folder];
const environment = minio
  ? { MINIO_ROOT_USER: KEYS.accessKey, MINIO_ROOT_PASSWORD: KEYS.secretKey }
  : { ROOT_ACCESS_KEY: KEYS.accessKey, ROOT_SECRET_KEY: KEYS.secretKey };
const server = spawn(program, options, { stdio: 'ignore', env: { ...process.env, ...environment } });

let status = 1;
try {
  if (!(await untilListening(port, () => server.exitCode === null))) throw new Error(`${program} did not start`);
  status = await runCommand(command, args, { TEST_S3_ENDPOINT: `http://${address}`, TEST_S3_ACCESS_KEY: KEYS.accessKey, TEST_S3_SECRET_KEY: KEYS.secretKey });
} catch (error) {
  console.error(`with-s3: ${error instanceof Error ? error.message : error}`);
} finally {
  await stopServer(server);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
