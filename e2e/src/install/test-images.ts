import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageBuilder } from './image-builder.js';
import type { SharedCluster } from './shared-cluster.js';

/**
 * What the chart relies on of the official images of MariaDB and MySQL: started as any user with flags of the server as arguments, the entrypoint makes the
 * database and the user that the environment names when the data folder is empty, refuses one that has other files in it, and listens on TCP only after that.
 */
const DATABASE_ENTRYPOINT = `#!/bin/sh
set -eu
data=/var/lib/mysql
[ "$(id -u)" != 0 ] || { echo "this stand-in is to be run as another user than root" >&2; exit 1; }
if [ ! -d "$data/mysql" ]; then
  [ -z "$(ls -A "$data")" ] || { echo "the data directory has files in it: $(ls -A "$data")" >&2; exit 1; }
  mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --auth-root-authentication-method=normal >/dev/null
  printf '%s\\n' 'FLUSH PRIVILEGES;' "CREATE DATABASE \\\`$MYSQL_DATABASE\\\`;" "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD';" \\
    "GRANT ALL ON \\\`$MYSQL_DATABASE\\\`.* TO '$MYSQL_USER'@'%';" "ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';" |
    mariadbd --no-defaults --datadir="$data" --bootstrap
fi
exec mariadbd --no-defaults --datadir="$data" --bind-address=0.0.0.0 --socket=/run/mysqld/mysqld.sock --pid-file=/run/mysqld/mysqld.pid "$@"
`;

/** \`minio server FOLDER\` by another S3 server: its port, keys and readiness. */
const GATEWAY_AS_MINIO = `#!/bin/sh
set -eu
[ "$1" = server ]
export ROOT_ACCESS_KEY="$MINIO_ROOT_USER" ROOT_SECRET_KEY="$MINIO_ROOT_PASSWORD"
exec versitygw --port :9000 --region "$MINIO_REGION" --health /minio/health/ready --quiet posix "$2"
`;

/** Images for the chart's bundled database and object store: Debian's MariaDB; MinIO where it is on PATH or in the user's cache, else the cluster's S3 server. */
export async function storeImages(builder: ImageBuilder, clusterHome: string): Promise<{ readonly mysql: string; readonly minio: string; readonly s3: 'MinIO' | 'versitygw' }> {
  const mysql = 'docker.io/local/millrace-test-mariadb:1';
  if (!builder.has(mysql)) await builder.debianWith(mysql, ['mariadb-server-core', 'mariadb-client-core'], DATABASE_ENTRYPOINT);
  const program = [...(process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'minio')), join(homedir(), '.cache', 'millrace', 'bin', 'minio')].find((path) => existsSync(path));
  const s3 = program === undefined ? 'versitygw' : 'MinIO';
  const minio = `docker.io/local/millrace-test-${s3.toLowerCase()}:1`;
  if (!builder.has(minio)) await builder.withPrograms(minio, program === undefined ? { minio: { text: GATEWAY_AS_MINIO }, versitygw: { file: join(clusterHome, 'bin', 'versitygw') } } : { minio: { file: program } });
  return { mysql, minio, s3 };
}

/** Argo's controller as an image, where somebody has built it for the cluster. */
export async function argoImages(builder: ImageBuilder, clusterHome: string): Promise<{ readonly controller: string; readonly executor: string } | undefined> {
  const file = join(clusterHome, 'bin', 'workflow-controller');
  if (!existsSync(file) || !existsSync(join(clusterHome, 'img', 'argoexec.tar'))) return undefined;
  const controller = 'docker.io/local/millrace-test-workflow-controller:v4.1.2';
  if (!builder.has(controller)) await builder.withPrograms(controller, { 'workflow-controller': { file } });
  return { controller, executor: 'docker.io/local/argoexec:v4.1.2' };
}

/** Brings images to the node, which asks no registry for them. */
export async function importInto(cluster: SharedCluster, builder: ImageBuilder, images: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-images-'));
  try {
    const archive = join(folder, 'images.tar');
    await builder.save(archive, images);
    execFileSync('ctr', ['image', 'import', archive], { env: { ...process.env, ...cluster.env }, stdio: ['ignore', 'ignore', 'inherit'] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
