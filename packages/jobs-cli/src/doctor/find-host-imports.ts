import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { moduleEndings } from './module-endings.ts'

/** The modules of `init` that run an app's jobs, on whichever engine. */
const hosts = ['jobs-worker', 'jobs-inngest', 'jobs-host', 'trigger/tasks', 'app/api/inngest/route'].flatMap((host) => [
  `src/${host}`,
  host,
])

const importForEffect = /^import\s+['"](\.{1,2}\/[^'"]+)['"]/gm

/**
 * The files that what runs an app's jobs imports for their effect: those that define them. It is only read, since some
 * hosts connect when they are imported, and others can be imported in Trigger.dev's worker alone.
 */
export function findHostImports(cwd: string): string[] {
  return hosts.flatMap((host) => {
    const file = firstThere(cwd, [host])
    if (file === undefined) return []
    const imports = readFileSync(join(cwd, file), 'utf8').matchAll(importForEffect)
    return [...imports].flatMap(([, path = '']) => {
      const module = posix.join(posix.dirname(file), path).replace(/\.[cm]?[jt]sx?$/, '')
      return firstThere(cwd, [module, `${module}/index`]) ?? []
    })
  })
}

/** Sources before what a compiler made of them, though an import may name the latter. */
function firstThere(cwd: string, modules: readonly string[]): string | undefined {
  const files = modules.flatMap((module) => moduleEndings.map((ending) => module + ending))
  return files.find((file) => existsSync(join(cwd, file)))
}
