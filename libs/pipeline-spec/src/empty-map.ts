/** Stands for an absent map: unlike `{}` it has no `constructor` or other inherited name to be found. */
export const EMPTY_MAP: Readonly<Record<string, never>> = Object.freeze(Object.create(null) as Record<string, never>);
