import { satisfies } from 'semver'

import type { CompilerOptions } from './read-compiler-options.ts'
import type { Framework, SourceStyle } from './app.ts'

/** The facts that decide how to write an app's files. */
export interface StyleFacts {
  readonly framework: Framework
  /** True if `package.json` has `"type": "module"`. */
  readonly isModule: boolean
  readonly isTypeScript: boolean
  /** From its `tsconfig.json`. `undefined` if there is none. */
  readonly compilerOptions: CompilerOptions | undefined
  readonly hasTsx: boolean
  readonly variablesFile: string
  /** The Node that runs `init`, assumed to be the app's. */
  readonly node: { readonly version: string; readonly runsTypeScript: boolean }
}

/** Returns the style of files that the app compiles and runs without changes. */
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
  // Without a `tsconfig.json` there is no compiler to satisfy.
  const allowsTsExtension =
    !compilerOptions || compilerOptions.allowImportingTsExtensions || compilerOptions.rewriteRelativeImportExtensions
  const needsTsx = hasTsx || !allowsTsExtension || !node.runsTypeScript
  return {
    isTypeScript,
    extension,
    importExtension: allowsTsExtension ? extension : output,
    run: needsTsx ? `${run} --import tsx` : run,
    needsTsx,
  }
}

function variablesFlag({ node, variablesFile }: StyleFacts): string {
  return `${satisfies(node.version, '>=22.9') ? '--env-file-if-exists' : '--env-file'}=${variablesFile}`
}
