import { describeFindings, exitCodeOf } from '@millrace/doctor';
import { clusterSettings, readOrExit, type ClusterSettings } from '@millrace/service-host';
import { apiSettings } from './api-settings.js';
import { examineInstall } from './examine-install.js';

/** Says what is wrong with what this program was told to use, and ends: 1 where something cannot work. `--json` for programs. */
const settings = readOrExit({ ...clusterSettings, ...apiSettings }) as ClusterSettings;
try {
  const { diagnose, close } = examineInstall(settings);
  const diagnosis = await diagnose();
  console.log(process.argv.includes('--json') ? JSON.stringify(diagnosis, undefined, 2) : describeFindings(diagnosis.findings));
  await close();
  process.exit(exitCodeOf(diagnosis.findings));
} catch (error) {
  console.error(`millrace: ${(error as Error).message}`);
  process.exit(1);
}
