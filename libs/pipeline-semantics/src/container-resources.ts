import type { ResourceSpec } from '@millrace/pipeline-spec';
import type { ContainerResources } from './pod/pod-fragment.js';
import { valueToText } from './parameter-value.js';

/**
 * Kubernetes quantities of a container. The newer text fields win over the numbers of older SDKs; what resolves to nothing is
 * left out. `render` fills placeholders.
 */
export function renderResources(spec: ResourceSpec | undefined, render: (text: string) => string): ContainerResources {
  const accelerator = spec?.accelerator;
  const type = render(accelerator?.resourceType || accelerator?.type || '');
  const count = render(accelerator?.resourceCount || String(accelerator?.count ?? ''));
  return {
    limits: given({
      cpu: render(spec?.resourceCpuLimit || cpu(spec?.cpuLimit)),
      memory: render(spec?.resourceMemoryLimit || memory(spec?.memoryLimit)),
      ...(type !== '' && count !== '0' && { [type]: count }),
    }),
    requests: given({
      cpu: render(spec?.resourceCpuRequest || cpu(spec?.cpuRequest)),
      memory: render(spec?.resourceMemoryRequest || memory(spec?.memoryRequest)),
    }),
  };
}

/** Every text of a resource spec that a placeholder could be in. */
export function resourceTexts(spec: ResourceSpec | undefined): string[] {
  return [
    spec?.accelerator?.resourceType,
    spec?.accelerator?.type,
    spec?.accelerator?.resourceCount,
    spec?.resourceCpuLimit,
    spec?.resourceMemoryLimit,
    spec?.resourceCpuRequest,
    spec?.resourceMemoryRequest,
  ].filter((text) => text !== undefined);
}

function given(quantities: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(quantities).filter(([, quantity]) => quantity !== ''));
}

function cpu(cores: number | undefined): string {
  return cores === undefined || cores === 0 ? '' : valueToText(cores);
}

/** Older SDKs give memory in units of 10^9 bytes. */
function memory(gigabytes: number | undefined): string {
  return gigabytes === undefined || gigabytes === 0 ? '' : `${valueToText(gigabytes)}G`;
}
