// `npm run corpus -- FOLDER`: runs every compiled pipeline of a folder on a server of its own.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { preparePython } from '../harness/python.js';
import { Millrace } from '../harness/millrace.js';
import { checkPipelines, type Finding } from './check-pipelines.js';
import { expectationsOf, readExpectations } from './expectation.js';
import { findPipelines } from './find-pipelines.js';
import { printTable } from './print-table.js';

const KFP_PIPELINES = resolve(import.meta.dirname, 'kfp-pipelines.yaml');

interface Options {
  readonly expectations?: string;
  readonly executor: 'auto' | 'process' | 'container';
  readonly timeout: string;
}

const program = new Command('npm run corpus --')
  .description('Uploads, draws, compiles and runs every pipeline of a folder (.yaml, .json, .zip, .tar.gz, or sources of the SDK), and fails when one does not end as expected.')
  .argument('<folder>', 'pipelines that are below "invalid" must be refused, below "failing" must fail, all others must succeed or lack what this machine has not')
  .option('--expectations <file>', "what is expected of which pipeline (default: expectations.yaml in the folder, else what is known of KFP's own test pipelines)")
  .option('--executor <kind>', 'what components run as: auto, process or container', 'process')
  .option('--timeout <seconds>', 'how long one run may take', '900')
  .action(async (folder: string, options: Options) => {
    process.exitCode = (await run(resolve(folder), options)) ? 0 : 1;
  });
await program.parseAsync();

async function run(given: string, { expectations: file = expectationsOf(given) ?? KFP_PIPELINES, executor, timeout }: Options): Promise<boolean> {
  if (!existsSync(given)) throw new Error(`There is no folder ${given}.`);
  const expectations = readExpectations(file);
  const { files, broken = [], temporary, skipped } = await findPipelines(given, preparePython);
  if (skipped !== undefined) console.log(`SKIPPED: ${skipped}`);
  const millrace = await Millrace.start({ sample: false, executor, args: ['--no-cache', '--accelerators', 'optional'] });
  try {
    const onProgress = process.stderr.isTTY ? (message: string) => process.stderr.write(`\r${message} `) : undefined;
    const unread = broken.map(({ name, why }): Finding => ({ file: name, did: 'refused', end: '', why, fault: 'the SDK could not compile it' }));
    const findings = [...unread, ...(await checkPipelines({ millrace, files, expectations, timeoutMs: Number(timeout) * 1_000, onProgress }))];
    const faults = findings.filter(({ fault }) => fault !== undefined).length;
    console.log(printTable(findings));
    if (findings.length === 0) console.log(`There are no pipelines in ${given}.`);
    console.log(`\n${findings.length - faults} as expected, ${faults} not`);
    return faults === 0 && (findings.length > 0 || skipped !== undefined);
  } finally {
    await millrace.close();
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}
