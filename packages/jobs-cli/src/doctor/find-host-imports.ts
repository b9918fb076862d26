import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { moduleExtensions } from './module-extensions.ts'

/** The modules, written by `init`, that run an app's jobs. */
const hosts = ['jobs-worker', 'jobs-inngest', 'jobs-host', 'trigger/tasks', 'app/api/inngest/route'].flatMap((host) => [
  `src/${host}`,
  host,
])

const sideEffectImport = /^import\s+['"](\.{1,2}\/[^'"]+)['"]/gm

/**
 * Finds the files that the app's hosts import only for their side effect: those define its jobs. The hosts are read and
 * not imported, because some connect on import and others load only in Trigger.dev's worker.
 */
export function findHostImports(cwd: string): string[] {
  return hosts.flatMap((host) => {
    const file = findFirstFile(cwd, [host])
    if (file === undefined) return []
    const imports = readFileSync(join(cwd, file), 'utf8').matchAll(sideEffectImport)
    return [...imports].flatMap(([, path = '']) => {
      const module = posix.join(posix.dirname(file), path).replace(/\.[cm]?[jt]sx?$/, '')
      return findFirstFile(cwd, [module, `${module}/index`]) ?? []
    })
  })
}

/** Finds the first file that exists. Sources come before compiled files, even if the import names the latter. */
function findFirstFile(cwd: string, modules: readonly string[]): string | undefined {
  const files = modules.flatMap((module) => moduleExtensions.map((extension) => module + extension))
  return files.find((file) => existsSync(join(cwd, file)))
}
