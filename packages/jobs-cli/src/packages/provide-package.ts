import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Makes an optional package importable if only `PATH` leads to it: `npx --package=X --package=@cgk-platform/jobs-cli`
 * installs `X` into a folder of its own if this package is already installed, and adds that folder to `PATH`.
 */
export function providePackage(name: string, path = process.env['PATH'] ?? ''): void {
  if (isInstalled(name)) return
  const folder = path
    .split(delimiter)
    .filter((bin) => basename(bin) === '.bin')
    .map(dirname)
    .find((modules) => existsSync(join(modules, name)))
  if (folder !== undefined) resolveFrom(folder)
}

function isInstalled(name: string): boolean {
  const { resolve } = nodeModule.createRequire(import.meta.url)
  return (resolve.paths(name) ?? []).some((modules) => existsSync(join(modules, name)))
}

/** Resolves what this package's modules import and Node does not find, from this `node_modules` folder. */
function resolveFrom(folder: string): void {
  const parentURL = pathToFileURL(join(folder, 'from.js')).href
  const { registerHooks } = nodeModule as Partial<typeof nodeModule>
  if (registerHooks) {
    registerHooks({
      resolve(specifier, context, next) {
        try {
          return next(specifier, context)
        } catch (error) {
          return attempt(() => next(specifier, { ...context, parentURL }), error)
        }
      },
    })
    return
  }
  // Before Node 22.15, hooks run in a thread of their own.
  const hook = `export const resolve = (specifier, context, next) =>
    next(specifier, context).catch((error) =>
      next(specifier, { ...context, parentURL: ${JSON.stringify(parentURL)} }).catch(() => { throw error }))`
  nodeModule.register(`data:text/javascript,${encodeURIComponent(hook)}`)
}

/** Returns the result of `action`. @throws `otherwise` if it fails, because that names the module that imports */
function attempt<Result>(action: () => Result, otherwise: unknown): Result {
  try {
    return action()
  } catch {
    throw otherwise
  }
}
