// Module boundaries only; everything else is oxlint's. core <- port <- infra <- control <- app, and only apps may know a substrate.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const layers = ['core', 'port', 'infra', 'control', 'app'];

export default [
  { ignores: ['**/dist/**', '**/out/**', '**/.next/**', '**/generated/**', '**/node_modules/**'] },
  {
    files: ['{apps,libs}/*/src/**/*.{ts,tsx}'],
    languageOptions: { parser: tseslint.parser },
    // Comments that switch a rule off are for oxlint; no boundary is crossed by comment.
    linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          enforceBuildableLibDependency: false,
          depConstraints: [
            ...layers.map((layer, index) => ({
              sourceTag: `layer:${layer}`,
              onlyDependOnLibsWithTags: layers.slice(0, index + 1).map((name) => `layer:${name}`),
            })),
            // Services speak to a port; which substrate stands behind it is chosen in one place, by an app.
            ...['core', 'port', 'infra', 'control'].map((layer) => ({ sourceTag: `layer:${layer}`, notDependOnLibsWithTags: ['substrate'] })),
            // The page runs in a browser: nothing that reaches a database, a process or a socket.
            { sourceTag: 'browser', onlyDependOnLibsWithTags: ['layer:core'] },
          ],
        },
      ],
    },
  },
  {
    // Core is pure: no I/O, no clock, no randomness. Those are arguments.
    files: ['libs/{errors,pipeline-spec,pipeline-semantics,argo,scheduling,workflow-compiler,api-contract}/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/pipeline-spec/src/package/**', '**/testing/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*', 'fs', 'path', 'crypto', 'os'], message: 'Core libraries also run in a browser: no Node modules.' }] }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Core is pure: take the time as an argument.' },
        { object: 'Math', property: 'random', message: 'Core is pure: take ids as an argument.' },
      ],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
    },
  },
];
