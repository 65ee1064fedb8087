import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { isPipelineError } from '@millrace/errors';
import type { DoctorFlags } from './doctor/doctor-command.js';
import { SettingsError, type UpFlags } from './settings.js';
import { VERSION } from './version.js';

// Whoever starts the same build again need not compile it again. In a folder that cannot be written nothing is kept.
enableCompileCache(join(import.meta.dirname, '.compiled'));
const KEEP_COMPILED_AFTER_MS = 10_000;

const program = new Command('millrace').description('ML pipelines on this machine: KFP-compatible, one process.').version(VERSION);

program
  .command('up', { isDefault: true })
  .description('serve the API and the pages, and run what is submitted')
  .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one (default: 7600, or MILLRACE_PORT)')
  .option('--data-dir <folder>', 'where data is kept (default: ~/.millrace, or MILLRACE_HOME)')
  .option('--python <path>', 'Python 3.9 or newer for tasks (default: python3 from PATH, or MILLRACE_PYTHON)')
  .option('--token <secret>', "ask every client for this token: kfp.Client(existing_token=…) (or MILLRACE_TOKEN)")
  .option('--base-path <path>', 'serve below this path as well, for example /pipeline')
  .option('--base-url <url>', 'address under which browsers reach this server through a proxy or tunnel')
  .option('--allowed-host <host...>', 'host names besides localhost that requests may be for')
  .option('--parallel <tasks>', 'how many tasks run at once (default: the number of cores)')
  .option('--executor <kind>', 'what components run as: auto, process or container (default: auto, or MILLRACE_EXECUTOR)')
  .option('--container-engine <command>', 'what runs containers (default: docker or podman, or MILLRACE_CONTAINER_ENGINE)')
  .option('--accelerators <rule>', 'what becomes of tasks that ask for accelerators which this machine has not: required refuses them, optional runs them without (default: required, or MILLRACE_ACCELERATORS)')
  .option('--time-zone <name>', "time zone of schedules that name none (default: this machine's, or MILLRACE_TIME_ZONE)")
  .option('--no-cache', 'run every task, whatever the pipeline says about caching')
  .option('--keep-environments <days>', 'give up Python environments that nothing was run in for so long (default: 30, or MILLRACE_KEEP_ENVIRONMENTS)')
  .option('--keep-runs <days>', 'delete runs that ended longer ago, with their logs and artifacts (default: never, or MILLRACE_KEEP_RUNS)')
  .option('--no-gc', 'leave what nothing refers to any more where it is; "millrace gc" removes it')
  .option('--no-sample', 'do not add the sample pipeline to a new data folder')
  .action(async (flags: UpFlags) => {
    const { up } = await import('./up.js');
    // It may be killed, so the end is too late.
    setTimeout(flushCompileCache, KEEP_COMPILED_AFTER_MS).unref();
    await up(flags);
  });

program
  .command('backup <file>')
  .description('write everything in the data folder to a tar file, also while Millrace is running')
  .option('--data-dir <folder>', 'the data folder (default: ~/.millrace, or MILLRACE_HOME)')
  .action(async (file: string, flags: { dataDir?: string }) => {
    const { backUp } = await import('./backup/backup-commands.js');
    await backUp(file, flags);
  });

program
  .command('restore <file>')
  .description('make a data folder of a backup; the folder must be empty or missing')
  .option('--data-dir <folder>', 'the folder to make (default: ~/.millrace, or MILLRACE_HOME)')
  .action(async (file: string, flags: { dataDir?: string }) => {
    const { restore } = await import('./backup/backup-commands.js');
    await restore(file, flags);
  });

program
  .command('gc')
  .description('list what deleted runs have left in the data folder, or remove it; also while Millrace is running')
  .option('--data-dir <folder>', 'the data folder (default: ~/.millrace, or MILLRACE_HOME)')
  .option('--remove', 'remove it; without this nothing is changed')
  .option('--environments <days>', 'also Python environments that nothing was run in for so many days')
  .action(async (flags: { dataDir?: string; remove?: boolean; environments?: string }) => {
    const { collectGarbage } = await import('./garbage/gc-command.js');
    await collectGarbage(flags);
  });

program
  .command('doctor')
  .description('say what is wrong with an install, why it matters and what to do; exit code 1 where something cannot work')
  .option('--cluster', 'look at an install on Kubernetes, by KUBECONFIG; without this or --url at this machine')
  .option('--namespace <name>', "of the install on Kubernetes (default: the kube config's, else kubeflow)")
  .option('--kubeconfig <file>', 'instead of KUBECONFIG')
  .option('--context <name>', 'of the kube config')
  .option('--url <address>', 'ask the server at this address what it finds')
  .option('--token <secret>', 'for a server that asks for one (or MILLRACE_TOKEN)')
  .option('--data-dir <folder>', 'the data folder (default: ~/.millrace, or MILLRACE_HOME)')
  .option('--port <number>', 'of the server on this machine (default: 7600, or MILLRACE_PORT)')
  .option('--python <path>', 'as for up')
  .option('--executor <kind>', 'as for up')
  .option('--container-engine <command>', 'as for up')
  .option('--json', 'for programs')
  .action(async (flags: DoctorFlags) => {
    const { doctor } = await import('./doctor/doctor-command.js');
    await doctor(flags);
  });

program
  .command('build-environment')
  .description('make the Python environment of the sample pipeline (part of the build)')
  .option('--python <path>', 'Python 3.9 or newer')
  .action(async (flags: { python?: string }) => {
    const { buildSampleEnvironment } = await import('./build-sample-environment.js');
    await buildSampleEnvironment(flags.python);
  });

try {
  await program.parseAsync();
} catch (error) {
  // One sentence for what the user can mend; the stack only for what is our fault.
  if (isPipelineError(error) || error instanceof SettingsError) console.error(`millrace: ${error.message}`);
  else console.error('millrace: unexpected error\n', error);
  process.exit(1);
}
