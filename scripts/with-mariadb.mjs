// Runs a command with TEST_MYSQL_URL set to a private MariaDB: node scripts/with-mariadb.mjs npx vitest run libs/database
// Installs MariaDB by apt where it is missing and this user may; says SKIPPED and succeeds where it cannot be had.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findProgram as find, freePort, runCommand, stopServer, untilListening } from './private-server.mjs';

const DATABASE = 'millrace_test';
const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('usage: node scripts/with-mariadb.mjs <command> [arguments]');
  process.exit(2);
}

const server = () => find('mariadbd', 'mysqld');
const installer = () => find('mariadb-install-db', 'mysql_install_db');
const isRoot = userInfo().uid === 0;

function skip(reason) {
  console.log(`with-mariadb: SKIPPED, ${reason}: ${command} ${args.join(' ')}`);
  process.exit(0);
}

function installPackage() {
  if (!isRoot || !find('apt-get')) skip('MariaDB is not installed and only root can install it (apt-get install mariadb-server)');
  console.log('with-mariadb: installing mariadb-server');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '-qq', '--no-install-recommends', 'mariadb-server'], { env, encoding: 'utf8' });
  let result = install();
  if (result.status !== 0) {
    spawnSync('apt-get', ['update', '-qq'], { env });
    result = install();
  }
  if (!server() || !installer()) skip(`mariadb-server cannot be installed (${(result.stderr ?? '').trim().split('\n').at(-1)})`);
}

if (!server() || !installer()) installPackage();

const folder = mkdtempSync(join(tmpdir(), 'millrace-mariadb-'));
const data = join(folder, 'data');
const log = join(folder, 'server.log');
// A server that starts removes the temporary tables of all others that share its folder for them.
const temporary = join(folder, 'tmp');
const environment = { ...process.env, TMPDIR: temporary };
mkdirSync(temporary);
const account = isRoot ? 'mysql' : userInfo().username;
if (isRoot) {
  mkdirSync(data);
  const id = (flag) => Number(spawnSync('id', [flag, account], { encoding: 'utf8' }).stdout);
  chownSync(folder, id('-u'), id('-g'));
  for (const each of [data, temporary]) chownSync(each, id('-u'), id('-g'));
}

let mariadb;
let status = 1;
try {
  const made = spawnSync(installer(), ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...(isRoot ? [`--user=${account}`] : [])], { encoding: 'utf8', env: environment });
  if (made.status !== 0) throw new Error(`the data folder cannot be made: ${made.stderr || made.stdout}`);
  const port = await freePort();
  mariadb = spawn(
    server(),
    ['--no-defaults', `--datadir=${data}`, `--socket=${join(folder, 'server.sock')}`, `--pid-file=${join(folder, 'server.pid')}`, `--log-error=${log}`, '--bind-address=127.0.0.1', `--port=${port}`, '--skip-networking=0', '--max-allowed-packet=64M', ...(isRoot ? [`--user=${account}`] : [])],
    { stdio: 'ignore', env: environment },
  );
  if (!(await untilListening(port, () => mariadb.exitCode === null))) throw new Error(`the server did not start: ${existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''}`);
  const client = find('mariadb', 'mysql');
  // Without networks in the grant tables: both spellings of this machine are named.
  const grants = `CREATE DATABASE ${DATABASE}; CREATE USER 'millrace'@'localhost' IDENTIFIED BY 'millrace'; CREATE USER 'millrace'@'127.0.0.1' IDENTIFIED BY 'millrace'; GRANT ALL ON *.* TO 'millrace'@'localhost'; GRANT ALL ON *.* TO 'millrace'@'127.0.0.1';`;
  const granted = spawnSync(client, ['--no-defaults', `--socket=${join(folder, 'server.sock')}`, '--user=root', '--execute', grants], { encoding: 'utf8' });
  if (granted.status !== 0) throw new Error(`the database cannot be made: ${granted.stderr}`);
  status = await runCommand(command, args, { TEST_MYSQL_URL: `mysql://millrace:millrace@127.0.0.1:${port}/${DATABASE}` });
} catch (error) {
  console.error(`with-mariadb: ${error instanceof Error ? error.message : error}`);
} finally {
  await stopServer(mariadb);
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
