import { posix } from 'node:path'

import { defineConfig, type OxlintConfig } from 'oxlint'

/** The packages by their role. The linter knows a package only by its role. */
const packages = {
  core: ['jobs-core'],
  suite: ['jobs-conformance'],
  providers: ['jobs-local', 'jobs-postgres', 'jobs-inngest', 'jobs-trigger'],
  facade: ['jobs'],
  telemetry: ['jobs-otel'],
  dashboard: ['jobs-dashboard'],
  commandLine: ['jobs-cli'],
  testing: ['inngest-loopback', 'trigger-loopback', 'test-kit'],
}

type Role = keyof typeof packages

/** Matches files of the packages with these roles. */
const filesOf = (roles: readonly Exclude<Role, 'testing'>[], files: string): string[] =>
  roles.flatMap((role) => packages[role].map((name) => `packages/${name}/${files}`))

/** Forbids all packages except those with these roles. @param others - what else it forbids, as a regular expression */
function only(roles: readonly Role[], message: string, ...others: string[]): Pattern {
  const names = (Object.keys(packages) as Role[])
    .filter((role) => !roles.includes(role))
    .flatMap((role) => packages[role])
  return {
    regex: `^@cgk-platform/(${[...names.filter((name) => !others.some((other) => other.startsWith(name))), ...others].join('|')})(/|$)`,
    message,
  }
}

const privateFiles = {
  regex: `(^|/)(${Object.values(packages).flat().join('|')}|testing/kit)/(src|dist|test)(/|$)`,
  message:
    'Files of another package are private, also its tests. Import the package by its name, and export from it what is missing. Move what several packages test with to `testing/`.',
}
const vendor = {
  regex: '^(inngest|@inngest|@trigger\\.dev)(/|$)',
  message:
    'Only jobs-inngest and jobs-trigger import a vendor. Define the interface in jobs-core, and translate in the provider.',
}
const node = {
  regex: '^node:',
  message:
    'jobs-core does no I/O and runs on every platform. Accept the clock, the store or the stream as an argument.',
}
const inCore = only(
  [],
  'jobs-core must not import other packages of this library. Accept an argument, or move this file to another package.',
)
const onCore = only(['core'], 'This package imports only jobs-core. Move code that providers share to jobs-core.')
const testOfProvider = only(
  ['core', 'suite', 'testing'],
  'A test of a provider imports only jobs-core, the suite and packages of `testing/`.',
)
// The other entries of jobs-local.
const localEntries = 'jobs-local(/(errors|inspect|testing|provider|descriptor))?$'
const engineMessage = 'imports of jobs-local only its entry `engine`, besides'
const onEngine = only(['core'], `jobs-postgres ${engineMessage} jobs-core.`, localEntries)
const testOfEngine = only(
  ['core', 'suite', 'testing'],
  `A test of jobs-postgres ${engineMessage} jobs-core, the suite and packages of \`testing/\`.`,
  localEntries,
)
const inFacade = only(['core', 'providers'], 'The facade imports only jobs-core and the providers.')
const inCommandLine = only(
  ['core', 'providers', 'facade', 'dashboard'],
  'The command line imports only jobs-core, the facade, the providers and the dashboard.',
)
const inApp = only(
  ['facade', 'dashboard'],
  'An app imports `@cgk-platform/jobs` or one of its subpaths. Export from it what is missing.',
)
const inDemo = only(
  ['core', 'facade', 'dashboard', 'testing'],
  'The demo and tests of an app import `@cgk-platform/jobs` or one of its subpaths, and packages of `testing/`.',
)
const inOwnProvider = only(['core', 'suite'], 'A provider imports only jobs-core, and its tests the suite.')

/**
 * The rooms of each package that has an order: its folders in `src`, from the ground up. A room imports only its own
 * files and those of rooms before it, types included. A folder that is not listed imports nothing by a path.
 */
const rooms = {
  'jobs-core': [
    'values',
    'errors',
    'runtime',
    'engines',
    'options',
    'time',
    'logging',
    'retry',
    'events/catalogue',
    'events',
    'codec',
    'status',
    'sends',
    'ambient',
    'hooks',
    'jobs',
    'steps',
    'runs',
    'workflows',
    'provider',
    'inspection',
    'alerts',
    'client',
    'client/tenant-router',
    'hosted',
    '.',
  ],
  'jobs-local': [
    'rules',
    'time',
    'queues',
    'records',
    'store',
    'store/sqlite/file',
    'store/sqlite/tables',
    'store/sqlite/workers',
    'store/sqlite/claims',
    'store/sqlite/upkeep',
    'store/sqlite/inspection',
    'store/sqlite',
    'store/memory/lanes',
    'store/memory',
    'engine',
    'inspection',
    'provider',
    'testing',
    '.',
  ],
  'jobs-postgres': [
    'database',
    'store',
    'store/reads',
    'store/workflows',
    'store/runs',
    'store/sends',
    'store/arrivals',
    'store/claims',
    'store/workers',
    'store/upkeep',
    'engine',
    'provider',
    '.',
  ],
}

const tests = ['**/*.test.ts', '**/*.test-d.ts']

type Pattern = { regex: string; message: string } | { group: string[]; message: string }

/** Forbids these imports. An override replaces the complete list, so each override names all patterns of its files. */
function without(...patterns: Pattern[]): NonNullable<OxlintConfig['rules']> {
  return { 'no-restricted-imports': ['error', { patterns: [privateFiles, ...patterns] }] }
}

/** Forbids imports of later rooms of a package, and these, to the files of its rooms, except tests. */
function inOrder(name: keyof typeof rooms, ...patterns: Pattern[]): NonNullable<OxlintConfig['overrides']> {
  const message =
    'A room imports only the rooms before it in `rooms` of `oxlint.config.ts`. Move the file or the import.'
  const allow = (files: string, allowed: readonly string[]) => ({
    files: [`packages/${name}/src/${files}`],
    excludeFiles: tests,
    rules: without(...patterns, { group: ['./**', '../**', ...allowed.map((path) => `!${path}/*.ts`)], message }),
  })
  const order = rooms[name]
  const ofRoom = (room: string, index: number) => {
    const before = order.slice(0, index).map((other) => posix.relative(room, other))
    return allow(posix.join(room, '*.ts'), ['.', ...before.map((path) => (path.startsWith('.') ? path : `./${path}`))])
  }
  return [allow('**', []), ...order.map(ofRoom)]
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**'],
  rules: {
    ...without(),
    eqeqeq: 'error',
    'no-console': 'error',
    'no-else-return': 'error',
    'no-param-reassign': 'error',
    'no-shadow': ['error', { hoist: 'never' }],
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/namespace': ['error', { allowComputed: true }],
    'import/no-default-export': 'error',
    'import/no-duplicates': 'error',
    'typescript/consistent-type-imports': 'error', // also forbids `import('x').T`, which `no-restricted-imports` does not check
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'unicorn/prefer-node-protocol': 'error',
    // Disabled, each with its reason.
    'no-unmodified-loop-condition': 'off', // does not detect changes in callbacks
    'import/no-named-as-default-member': 'off', // `fc.integer()` is clearer than `integer()`
    'import/no-unassigned-import': 'off', // apps register their jobs with `import './jobs.ts'`
    'promise/always-return': 'off', // a `then` callback may have only side effects
    'typescript/consistent-return': 'off', // the compiler checks returns
    'typescript/no-extraneous-class': 'off', // tests use instances of classes as invalid payloads
    'typescript/no-unnecessary-type-conversion': 'off', // JavaScript without types also calls this code
    'typescript/no-unsafe-type-assertion': 'off', // external data is asserted after a check
    'typescript/unbound-method': 'off', // methods here are closures without `this`
    'unicorn/consistent-function-scoping': 'off', // a private helper may be declared where it is used
    'unicorn/no-useless-spread': 'off', // loops iterate over a copy if their body changes the original
    'vitest/expect-expect': 'off', // tests can share a function with the assertions
    'vitest/valid-expect': 'off', // a test can await an assertion later
  },
  overrides: [
    {
      // Their loaders require a default export.
      files: [
        '*.config.ts',
        '*.config.js',
        'vitest*.base.ts',
        'examples/*/app/**/{layout,page}.tsx',
        'tools/check-install/apps/next/layout.tsx',
      ],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: [
        '**/*.test.ts',
        '**/*.test-d.ts',
        'packages/*/test/**',
        'packages/jobs-conformance/src/cases/**',
        'testing/**',
      ],
      // Tests create invalid values on purpose: sparse arrays, thenables, values of the wrong type.
      rules: {
        'no-unsafe-optional-chaining': 'off', // a missing value fails the test anyway
        'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }], // for modules that are loaded twice
        'typescript/no-array-delete': 'off',
        'typescript/no-misused-spread': 'off',
        'typescript/no-this-alias': 'off',
        'typescript/no-unnecessary-type-assertion': 'off',
        'unicorn/no-thenable': 'off',
        'vitest/no-conditional-expect': 'off', // models and property tests branch
      },
    },
    {
      // These interfaces are empty until a package augments them, so their `keyof` is `never`.
      files: ['packages/jobs-core/src/{engines/engine-types,provider/provider-choice}.ts'],
      rules: { 'typescript/no-duplicate-type-constituents': 'off', 'typescript/no-redundant-type-constituents': 'off' },
    },
    { files: ['examples/**', 'tools/**'], rules: { 'no-console': 'off' } },
    // A module augmentation redeclares the interface of the other module.
    { files: ['packages/*/src/job-events.ts', 'tools/chaos/events.ts'], rules: { 'no-shadow': 'off' } },

    // Imports have one direction: core <- suite | providers <- facade <- command line | apps.
    { files: filesOf(['core'], '**'), rules: without(inCore, vendor) },
    { files: filesOf(['core'], 'src/**'), excludeFiles: tests, rules: without(inCore, vendor, node) },
    ...inOrder('jobs-core', inCore, vendor, node),
    { files: filesOf(['suite'], '**'), rules: without(onCore, vendor) },
    { files: filesOf(['providers'], '**'), rules: without(testOfProvider) },
    { files: filesOf(['providers'], 'src/**'), excludeFiles: tests, rules: without(onCore) },
    ...inOrder('jobs-local', onCore),
    { files: ['packages/jobs-postgres/**'], rules: without(testOfEngine) },
    { files: ['packages/jobs-postgres/src/**'], excludeFiles: tests, rules: without(onEngine) },
    ...inOrder('jobs-postgres', onEngine),
    { files: filesOf(['facade', 'commandLine'], '**'), rules: without(vendor) },
    { files: filesOf(['facade'], 'src/**'), excludeFiles: tests, rules: without(inFacade, vendor) },
    { files: filesOf(['commandLine'], 'src/**'), excludeFiles: tests, rules: without(inCommandLine, vendor) },
    { files: filesOf(['dashboard', 'telemetry'], '{src,ui}/**'), excludeFiles: tests, rules: without(onCore, vendor) },
    { files: ['testing/*/**'], rules: without(onCore) },
    { files: ['testing/kit/**'], rules: without(onCore, vendor) },
    { files: ['examples/**'], rules: without(inApp) },
    { files: ['examples/storefront/src/demo/**', 'examples/*/test/**'], rules: without(inDemo) },
    { files: ['examples/own-provider/**'], rules: without(inOwnProvider) }, // a provider, not an app
  ],
})
