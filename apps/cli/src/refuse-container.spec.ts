import { describe, expect, it } from 'vitest';
import type { ContainerNeeds } from '@millrace/run-controller';
import { refuseContainer, warnOfContainer, type MachineLimits } from './refuse-container.js';

const machine: MachineLimits = { refuseProgram: () => undefined, problemsOfPod: () => [], gpus: 0, accelerators: 'required' };
const needing = (limits: Record<string, string>): ContainerNeeds => ({ image: 'i', command: ['true'], args: [], env: [], volumes: [], resources: { limits, requests: {} } });

describe('refuseContainer', () => {
  it('says everything at once', () => {
    const all = refuseContainer(needing({ 'nvidia.com/gpu': '1' }), { ...machine, refuseProgram: () => 'No such program.', problemsOfPod: () => ['the secret "a" does not exist', 'the secret "b" does not exist'] });
    expect(all).toEqual([
      'No such program.',
      'The secret "a" does not exist.',
      'The secret "b" does not exist.',
      'The task asks for 1 × nvidia.com/gpu, and this machine has none; ask for no accelerator, run it where there is one, or start the server with --accelerators optional to run it without.',
    ]);
  });

  it('refuses more GPUs than there are, under the names of old SDKs too', () => {
    expect(refuseContainer(needing({ 'nvidia.com/gpu': '2' }), { ...machine, gpus: 2 })).toEqual([]);
    expect(refuseContainer(needing({ 'nvidia.com/gpu': '3' }), { ...machine, gpus: 2 })).toEqual([expect.stringMatching(/^The task asks for 3 × nvidia.com\/gpu, and this machine has only 2; ask for fewer/)]);
    expect(refuseContainer(needing({ NVIDIA_TESLA_P4: '1' }), machine)).toHaveLength(1);
    expect(refuseContainer(needing({ NVIDIA_TESLA_P4: '1' }), { ...machine, gpus: 1 })).toEqual([]);
  });

  it('refuses any other device, and none where none is asked for', () => {
    expect(refuseContainer(needing({ 'google.com/tpu': '4' }), { ...machine, gpus: 8 })).toHaveLength(1);
    expect(refuseContainer(needing({ 'nvidia.com/gpu': '0' }), machine)).toEqual([]);
  });

  it('only warns of devices when accelerators are optional', () => {
    const optional: MachineLimits = { ...machine, gpus: 2, accelerators: 'optional' };
    const needs = needing({ 'nvidia.com/gpu': '3', 'google.com/tpu': '1', cpu: '64' });
    expect(refuseContainer(needs, optional)).toEqual([]);
    expect(warnOfContainer(needs, optional)).toEqual([
      'The task asks for 3 × nvidia.com/gpu, and this machine has only 2; it runs with 2, because the server was started with --accelerators optional.',
      'The task asks for 1 × google.com/tpu, and this machine has none; it runs without, because the server was started with --accelerators optional.',
    ]);
    expect(warnOfContainer(needs, { ...optional, accelerators: 'required' })).toEqual([]);
  });

  it('takes CPU and memory of any size: they are not reserved', () => {
    expect(refuseContainer(needing({ cpu: '1000', memory: '1Ti', 'ephemeral-storage': '1Ti' }), machine)).toEqual([]);
  });
});
