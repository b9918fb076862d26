import type { UserConfig } from 'tsdown'

/**
 * One build for every published package: ESM for Node 20.19 and later, with declarations. Nothing is minified, so source maps
 * would tell little, and they would be twice as large as all the rest.
 */
export function defineBuild(entry: string[]): UserConfig {
  return {
    entry,
    format: ['esm'],
    platform: 'neutral',
    target: 'node20.19',
    dts: { sourcemap: false },
    deps: { neverBundle: [/^node:/] }, // the conformance suite is for Node alone
    fixedExtension: false,
    tsconfig: 'tsconfig.build.json',
  }
}
