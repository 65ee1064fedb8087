/** What runs that name no experiment belong to: KFP's name and words for it. */
export const DEFAULT_EXPERIMENT = {
  name: 'Default',
  description: 'All runs created without specifying an experiment will be grouped here.',
} as const;
