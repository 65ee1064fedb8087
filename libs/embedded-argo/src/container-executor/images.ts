import type { ContainerSpec } from '../executor.js';
import type { EngineClient } from './engine-client.js';

/** An image cannot be had. The message names it and the remedy. */
export class ImageUnavailable extends Error {}

/** Makes sure that images are there. Tasks that want the same one share the work. */
export class Images {
  private readonly pulling = new Map<string, Promise<string>>();

  constructor(private readonly client: EngineClient) {}

  /** The name under which the image can be run. Rejects with ImageUnavailable. `onPull` is told when it must be fetched first. */
  ensure({ image, imagePullPolicy = 'IfNotPresent' }: Pick<ContainerSpec, 'image' | 'imagePullPolicy'>, onPull: () => void): Promise<string> {
    const key = `${imagePullPolicy} ${image}`;
    const known = this.pulling.get(key);
    if (known !== undefined) {
      onPull();
      return known;
    }
    const work = this.find(image, imagePullPolicy, onPull).finally(() => this.pulling.delete(key));
    this.pulling.set(key, work);
    return work;
  }

  private async find(image: string, policy: NonNullable<ContainerSpec['imagePullPolicy']>, onPull: () => void): Promise<string> {
    const full = this.client.engine.kind === 'podman' ? fullName(image) : image;
    if (policy !== 'Always') {
      // As it is written first: podman keeps what was built here under a name of its own.
      for (const name of new Set([image, full])) if (await this.isThere(name)) return name;
      if (policy === 'Never') {
        throw new ImageUnavailable(`The image "${image}" is not on this machine and its pull policy is Never; build or load it with ${this.client.engine.kind}, or choose another policy.`);
      }
    }
    onPull();
    const { code, problem } = await this.client.run(['pull', '--quiet', full]);
    if (code === 0) return full;
    throw new ImageUnavailable(
      `The image "${image}" could not be pulled: ${problem.replace(/\.$/, '')}. Check its name and that this machine reaches its registry (log in with "${this.client.engine.kind} login" where it asks for that), or load it with "${this.client.engine.kind} load".`,
    );
  }

  private async isThere(name: string): Promise<boolean> {
    return (await this.client.run(['image', 'inspect', '--format', '{{.Id}}', name])).code === 0;
  }
}

/** What a cluster makes of a short name; podman would ask which registry is meant. */
export function fullName(image: string): string {
  const [first, ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first!) || first === 'localhost');
  if (hasRegistry) return image;
  return rest.length === 0 ? `docker.io/library/${image}` : `docker.io/${image}`;
}
