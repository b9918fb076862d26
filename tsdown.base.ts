import type { UserConfig } from 'tsdown'

/**
 * Defines the build of a published package: ESM for Node 20.19 and later, with declarations. There are no source maps,
 * because the code is not minified and maps would triple the size of the packages.
 */
export function defineBuild(entry: string[]): UserConfig {
  return {
    entry,
    format: ['esm'],
    platform: 'neutral',
    target: 'node20.19',
    dts: { sourcemap: false },
    treeshake: { moduleSideEffects: 'no-external' }, // else a module's unused import stays in declarations: `import "zod/v4"`
    deps: { neverBundle: [/^node:/] }, // the conformance suite runs only on Node
    fixedExtension: false,
    tsconfig: 'tsconfig.build.json',
  }
}
