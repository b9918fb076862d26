import { join } from 'node:path'

import { parseTsconfig } from 'get-tsconfig'

/** The compiler options that `init` reads, including inherited ones. */
export interface CompilerOptions {
  readonly module?: string | undefined
  readonly moduleResolution?: string | undefined
  readonly allowImportingTsExtensions?: boolean | undefined
  readonly rewriteRelativeImportExtensions?: boolean | undefined
  readonly noEmit?: boolean | undefined
}

/** Reads the app's compiler options. Returns none if `tsconfig.json` extends a package that is not installed yet. */
export function readCompilerOptions(root: string): CompilerOptions {
  try {
    return parseTsconfig(join(root, 'tsconfig.json')).compilerOptions ?? {}
  } catch {
    return {}
  }
}
