import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What Node answers for TypeScript, or for imports as bundlers have them, that it cannot load by itself. */
const notForNode = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_MODULE_NOT_FOUND',
])

/**
 * Imports a file of an app: as Node does, and where that cannot be, with a loader that knows all of TypeScript, imports
 * without an ending and the `paths` of a `tsconfig.json`.
 */
export async function importModule(file: string, cwd: string): Promise<void> {
  const { href } = pathToFileURL(file)
  try {
    await import(href)
  } catch (error) {
    if (!isForLoader(error)) throw error
    const { createJiti } = await import('jiti')
    await createJiti(join(cwd, 'package.json'), { fsCache: false, jsx: true, tsconfigPaths: true }).import(href)
  }
}

function isForLoader(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  // A type that is imported as if it were a value has no code, and is a syntax error.
  return error instanceof SyntaxError || (typeof code === 'string' && notForNode.has(code))
}
