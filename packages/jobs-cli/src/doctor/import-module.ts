import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Error codes of Node for TypeScript or bundler-style imports that it cannot load. */
const loaderErrorCodes = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_MODULE_NOT_FOUND',
])

/**
 * Imports a file of an app with Node. If Node cannot load it, uses a loader that supports all of TypeScript, imports
 * without an extension and the `paths` of a `tsconfig.json`. Returns the exports.
 */
export async function importModule(file: string, cwd: string): Promise<object> {
  const { href } = pathToFileURL(file)
  try {
    return (await import(href)) as object
  } catch (error) {
    if (!needsLoader(error)) throw error
    const { createJiti } = await import('jiti')
    return createJiti(join(cwd, 'package.json'), { fsCache: false, jsx: true, tsconfigPaths: true }).import(href)
  }
}

function needsLoader(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  // Importing a type as a value is a syntax error without a code.
  return error instanceof SyntaxError || (typeof code === 'string' && loaderErrorCodes.has(code))
}
