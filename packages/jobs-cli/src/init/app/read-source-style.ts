import { satisfies } from 'semver'

import type { CompilerOptions } from './read-compiler-options.ts'
import type { Framework, SourceStyle } from './app.ts'

/** What decides how the files of an app are written. */
export interface StyleFacts {
  readonly framework: Framework
  /** `type` of the `package.json` is `module`. */
  readonly isModule: boolean
  readonly isTypeScript: boolean
  /** Of its `tsconfig.json`; `undefined` where there is none. */
  readonly compilerOptions: CompilerOptions | undefined
  readonly hasTsx: boolean
  readonly variablesFile: string
  /** The Node that runs `init`, which is taken for the app's. */
  readonly node: { readonly version: string; readonly runsTypeScript: boolean }
}

/** How to write files that this app compiles and runs as they are. */
export function readSourceStyle(facts: StyleFacts): SourceStyle {
  const { framework, isModule, isTypeScript, compilerOptions, hasTsx, node } = facts
  const run = `node ${variablesFlag(facts)}`
  if (framework === 'next') {
    const extension = isTypeScript ? '.ts' : '.js'
    return { isTypeScript, extension, importExtension: '', run, needsTsx: false }
  }
  const output = isModule ? '.js' : '.mjs'
  if (!isTypeScript) return { isTypeScript, extension: output, importExtension: output, run, needsTsx: false }

  const extension = isModule ? '.ts' : '.mts'
  // Without a `tsconfig.json` there is no compiler to mind.
  const takesExtension =
    !compilerOptions || compilerOptions.allowImportingTsExtensions || compilerOptions.rewriteRelativeImportExtensions
  const needsTsx = hasTsx || !takesExtension || !node.runsTypeScript
  return {
    isTypeScript,
    extension,
    importExtension: takesExtension ? extension : output,
    run: needsTsx ? `${run} --import tsx` : run,
    needsTsx,
  }
}

function variablesFlag({ node, variablesFile }: StyleFacts): string {
  return `${satisfies(node.version, '>=22.9') ? '--env-file-if-exists' : '--env-file'}=${variablesFile}`
}
