import { join } from 'node:path'

import { parseTsconfig } from 'get-tsconfig'

/** What `init` reads of a `tsconfig.json`, with what it extends. */
export interface CompilerOptions {
  readonly module?: string | undefined
  readonly moduleResolution?: string | undefined
  readonly allowImportingTsExtensions?: boolean | undefined
  readonly rewriteRelativeImportExtensions?: boolean | undefined
  readonly noEmit?: boolean | undefined
}

/** The options of the app's compiler. One that extends what is not installed yet has none that are known. */
export function readCompilerOptions(root: string): CompilerOptions {
  try {
    return parseTsconfig(join(root, 'tsconfig.json')).compilerOptions ?? {}
  } catch {
    return {}
  }
}
