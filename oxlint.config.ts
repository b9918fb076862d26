import { defineConfig, type OxlintConfig } from 'oxlint'

const inside = {
  regex: '(^|/)jobs(-[a-z]+)?/(src|dist)(/|$)',
  message:
    'The inside of another package is private: import the package by its name, and export there what is missing.',
}
const ownPackage = {
  regex: '^@cgk-platform/',
  message:
    'jobs-core is the ground floor and imports none of our packages: take what you need as an argument, or move this file up.',
}
const vendor = {
  regex: '^(inngest|@inngest|@trigger\\.dev)(/|$)',
  message:
    'Vendors are known to jobs-inngest and jobs-trigger alone: describe the shape in jobs-core, and translate there.',
}
const node = {
  regex: '^node:',
  message: 'jobs-core does no I/O and runs everywhere: take the clock, the store or the stream as an argument.',
}
const providerOrFacade = {
  regex: '^@cgk-platform/jobs(-[^c][a-z]*)?(/|$)',
  message: 'A provider imports jobs-core alone: what two providers share belongs there.',
}
const coreOrProvider = {
  regex: '^@cgk-platform/jobs-',
  message: 'An app imports `@cgk-platform/jobs` or one of its subpaths: export there what is missing.',
}
const coreOrProviderButLoopback = {
  ...coreOrProvider,
  regex: '^@cgk-platform/jobs-(core$|local)|^@cgk-platform/jobs-(inngest|trigger)($|/[^l])',
}

/** Forbids these imports; an override replaces the whole list, so each one names all that hold for its files. */
function without(...patterns: { regex: string; message: string }[]): NonNullable<OxlintConfig['rules']> {
  return { 'no-restricted-imports': ['error', { patterns: [inside, ...patterns] }] }
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**'],
  rules: {
    ...without(),
    eqeqeq: 'error',
    'max-lines': ['error', { max: 300 }],
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
    'typescript/consistent-type-imports': 'error', // also forbids `import('x').T`, which the rule on imports does not see
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'unicorn/prefer-node-protocol': 'error',
    // Off, each for a reason.
    'no-unmodified-loop-condition': 'off', // it does not see a change that a callback makes
    'import/no-named-as-default-member': 'off', // `fc.integer()` reads better than `integer()`
    'import/no-unassigned-import': 'off', // `import './jobs.ts'` is how an app registers its jobs
    'promise/always-return': 'off', // a `then` may be there for its effect
    'typescript/consistent-return': 'off', // the compiler checks returns
    'typescript/no-extraneous-class': 'off', // an instance of a class is one of the odd payloads in tests
    'typescript/no-unnecessary-type-conversion': 'off', // plain JavaScript calls this code too
    'typescript/no-unsafe-type-assertion': 'off', // outside data is narrowed by an assertion after a check
    'typescript/unbound-method': 'off', // objects here are made of closures, which need no `this`
    'unicorn/consistent-function-scoping': 'off', // a private helper may stand beside its use
    'unicorn/no-useless-spread': 'off', // a loop goes over a copy of what its body may change
    'vitest/expect-expect': 'off', // a function that several tests call may hold what they expect
    'vitest/valid-expect': 'off', // an assertion may begin now and be awaited later
  },
  overrides: [
    {
      // Their loaders want one.
      files: [
        '*.config.ts',
        '*.config.js',
        'vitest*.base.ts',
        'examples/*/app/**/{layout,page}.tsx',
        'tools/release/changelog.ts',
        'tools/check-install/apps/next/layout.tsx',
      ],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['**/*.test.ts', '**/*.test-d.ts', 'packages/*/test/**', 'packages/jobs-core/src/conformance/cases/**'],
      // Tests make odd things on purpose: holes, look-alikes, thenables, values of the wrong type.
      rules: {
        'no-unsafe-optional-chaining': 'off', // a missing value fails the test all the same
        'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }], // of a module loaded twice
        'typescript/no-array-delete': 'off',
        'typescript/no-misused-spread': 'off',
        'typescript/no-this-alias': 'off',
        'typescript/no-unnecessary-type-assertion': 'off',
        'unicorn/no-thenable': 'off',
        'vitest/no-conditional-expect': 'off', // models and property tests branch
      },
    },
    {
      // The interfaces are empty until a package adds to them, and `keyof` of one is `never`.
      files: ['packages/jobs-core/src/provider/{engine-types,provider-choice}.ts'],
      rules: { 'typescript/no-duplicate-type-constituents': 'off', 'typescript/no-redundant-type-constituents': 'off' },
    },
    { files: ['examples/**', 'tools/**'], rules: { 'no-console': 'off' } },
    // A module declaration names the interface of the other module.
    { files: ['packages/*/src/job-events.ts', 'tools/chaos/events.ts'], rules: { 'no-shadow': 'off' } },

    // Imports run one way: jobs-core <- jobs-local | jobs-inngest | jobs-trigger <- jobs <- examples. A `c` begins core and cli.
    { files: ['packages/jobs-core/**'], rules: without(ownPackage, vendor) },
    {
      files: ['packages/jobs-core/src/**'],
      excludeFiles: ['packages/jobs-core/src/conformance/**', '**/*.test.ts'],
      rules: without(ownPackage, vendor, node),
    },
    { files: ['packages/jobs-[!c]*/**'], rules: without(providerOrFacade) },
    { files: ['packages/{jobs,jobs-cli}/**'], rules: without(vendor) },
    { files: ['examples/**'], rules: without(coreOrProvider) },
    {
      // Test equipment that no published package has: the Inngest and the Trigger.dev that tests and the demo bring along.
      files: ['examples/storefront/src/demo/**', 'examples/*/test/**'],
      rules: without(coreOrProviderButLoopback),
    },
    { files: ['examples/own-provider/**'], rules: without(providerOrFacade) }, // it is no app
  ],
})
