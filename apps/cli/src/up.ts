import { availableParallelism } from 'node:os';
import { createApiServer } from '@millrace/api-server';
import { openDatabase, type Database } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { FileObjectStore } from '@millrace/object-store';
import { createRunController } from '@millrace/run-controller';
import { createScheduleController } from '@millrace/schedule-controller';
import { createLog } from './log.js';
import { openDataFolder } from './data-folder.js';
import { diagnoseMachine } from './doctor/diagnose-machine.js';
import { createFailpoint } from './failpoint.js';
import { sweepDaily } from './garbage/daily-sweep.js';
import { deleteOldRunsDaily } from './garbage/delete-old-runs.js';
import { localLayout } from './local-layout.js';
import { openSubstrate, type Substrate } from './open-substrate.js';
import { programFiles } from './program-files.js';
import { readUpSettings, type UpFlags } from './settings.js';
import { startSample } from './start-sample.js';
import { VERSION } from './version.js';

/** Hosts all of Millrace in this process until SIGINT or SIGTERM. Throws a PipelineError with one sentence when it cannot start. */
export async function up(flags: UpFlags): Promise<void> {
  const started = performance.now();
  const settings = readUpSettings(flags, process.env);
  const log = createLog();
  const folder = await openDataFolder(settings.dataFolder);
  const failpoint = createFailpoint(settings.failpoint);
  if (settings.failpoint !== undefined) log('warn', 'this server is told to kill itself', { failpoint: settings.failpoint });

  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.toReversed()) await close().catch((error: unknown) => log('error', 'while stopping', { error: String(error) }));
  };
  let database!: Database;
  let asked!: Promise<void>;
  try {
    const substrate = await openSubstrate({
      folder,
      python: settings.python,
      executor: settings.executor,
      containerEngine: settings.containerEngine,
      accelerators: settings.accelerators,
      maxParallelTasks: settings.maxParallelTasks ?? availableParallelism(),
      log,
      failpoint,
      supervisorFailpoint: settings.failpoint?.name.startsWith('supervisor.') ? settings.failpoint : undefined,
      // A database that is refused must not find tasks begun, nor be migrated under the server that has the folder.
      beforeStart: async () => {
        database = await openDatabase({ url: `file:${folder.database}` });
        closers.push(() => database.close());
      },
    });
    closers.push(() => substrate.close());
    const objects = new FileObjectStore({ roots: [folder.artifacts] });
    const runs = createRunController({
      database,
      store: substrate.store,
      objects,
      layout: localLayout(folder.artifacts),
      substrate: 'embedded',
      containers: () => substrate.runsContainers(),
      volumes: substrate.volumes,
      refuseContainer: (container) => substrate.refuseContainer(container),
      warnOfContainer: substrate.warnOfContainer,
      refuseWorkflow: (workflow) => substrate.refuseWorkflow(workflow),
      artifactUri: ({ bucket, key }) => (bucket === undefined ? substrate.artifactUri(key) : undefined),
      cacheEnabled: settings.cacheEnabled,
      log,
      failpoint,
    });
    const schedules = createScheduleController({ database, store: substrate.store, runs, timeZone: settings.timeZone, log, failpoint });
    const api = await createApiServer({
      database,
      runs,
      schedules,
      logs: substrate.logs,
      objects,
      options: {
        host: '127.0.0.1',
        port: settings.port,
        basePath: settings.basePath,
        baseUrl: settings.baseUrl,
        allowedHosts: settings.allowedHosts,
        token: settings.token,
        pagesFolder: programFiles.pages,
        parseWorker: programFiles.parseWorker,
        dataFolder: folder.path,
        version: VERSION,
        substrate: 'embedded',
        timeZone: settings.timeZone,
        multiUser: false,
        diagnose: diagnoseMachine({ folder, settings, environment: process.env, pythonFolder: programFiles.python, clock: () => new Date() }),
      },
    });
    closers.push(() => api.close());
    const { url } = await api.listen().catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE'
        ? new PipelineError('FAILED_PRECONDITION', `Port ${settings.port} is in use by another program; start with --port ${settings.port + 1}, or --port 0 for any free one.`)
        : error.code === 'EACCES'
          ? new PipelineError('FAILED_PRECONDITION', `Port ${settings.port} may not be used by this user; start with --port 7600 or another above 1024.`)
          : error;
    });
    await runs.start();
    closers.push(() => runs.close());
    await schedules.start();
    closers.push(() => schedules.close());
    if (settings.runDays !== undefined) closers.push(deleteOldRunsDaily({ database, runs, keepDays: settings.runDays, log }));
    if (settings.collectsGarbage) closers.push(sweepDaily({ dataFolder: folder.path, program: programFiles.program, environmentDays: settings.environmentDays, log }));

    // Before it says that it is ready: whoever waits for that may ask it to stop at once.
    asked = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    });
    const shown = settings.baseUrl ?? url + settings.basePath;
    console.log(welcome({ url: shown, folder: folder.path, containers: substrate.containers, ms: performance.now() - started }));
    if (settings.loadSample) {
      startSample(programFiles.samplePipeline, { url, token: settings.token, dataFolder: folder.path }).catch((error: unknown) =>
        log('warn', 'the sample could not be added', { error: String(error) }),
      );
    }
  } catch (error) {
    await closeAll();
    throw error;
  }

  await asked;
  // A second Ctrl-C does not wait for anything.
  process.once('SIGINT', () => process.exit(130));
  console.log('millrace: stopping; runs in progress go on at the next start');
  await closeAll();
  process.exit(0);
}

function welcome({ url, folder, containers, ms }: { url: string; folder: string; containers: Substrate['containers']; ms: number }): string {
  return [
    '',
    `  Millrace ${VERSION} is ready in ${(ms / 1000).toFixed(1)} s`,
    '',
    `  Open      ${url}`,
    `  Data in   ${folder}`,
    `  Images    ${'engine' in containers ? `are run by ${containers.engine}` : `are not run: ${containers.missing}`}`,
    `  From Python`,
    `            from kfp import Client`,
    `            Client(host='${url}').create_run_from_pipeline_func(my_pipeline, arguments={...})`,
    `  Stop with Ctrl-C`,
    '',
  ].join('\n');
}
