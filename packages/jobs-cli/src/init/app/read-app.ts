import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { type Agent, detect, getUserAgent } from 'package-manager-detector'

import type { App, Framework } from './app.ts'
import { findModule } from './find-module.ts'
import { type CompilerOptions, readCompilerOptions } from './read-compiler-options.ts'
import { dependenciesOf, readManifest } from './read-manifest.ts'
import { readSourceStyle } from './read-source-style.ts'

/**
 * Reads the app in a folder: its framework unless `named` sets it, its language and its package manager.
 *
 * @throws {InitError} if there is no app
 */
export async function readApp(folder: string, named?: Framework): Promise<App> {
  const root = resolve(folder)
  const { manifest } = readManifest(root)
  const dependencies = dependenciesOf(manifest)
  const framework = named ?? detectFramework(dependencies)
  const has = (path: string): boolean => existsSync(join(root, path))
  const compilerOptions = has('tsconfig.json') ? readCompilerOptions(root) : undefined
  const variablesFile = framework === 'next' ? '.env.local' : '.env'
  const style = readSourceStyle({
    framework,
    isModule: manifest.type === 'module',
    isTypeScript: compilerOptions !== undefined || dependencies.has('typescript'),
    compilerOptions,
    hasTsx: dependencies.has('tsx'),
    variablesFile,
    node: { version: process.version, runsTypeScript: Boolean(process.features.typescript) },
  })
  const sources = sourcesOf(framework, has)
  return {
    root,
    framework,
    packageManager: await detectPackageManager(root),
    sources,
    style,
    compilesToFiles: framework !== 'next' && compilerOptions !== undefined && !compilerOptions.noEmit,
    nodeVersion: process.version,
    port: portOf(manifest.scripts?.['dev']),
    variablesFile,
    dependencies,
    jobsModule: hasUnrelatedModule(root, `${sources}jobs${style.extension}`) ? 'background-jobs' : 'jobs',
    warnings: compilerOptions ? warningsOf(compilerOptions) : [],
  }
}

function detectFramework(dependencies: ReadonlySet<string>): Framework {
  return (['next', 'hono', 'express'] as const).find((name) => dependencies.has(name)) ?? 'node'
}

/** Returns the port in a command such as `next dev -p 4000`, or that of Next.js without one. */
function portOf(command = ''): number {
  return Number(/(?:-p|--port|\bPORT)[ =]*(\d+)/.exec(command)?.[1] ?? 3000)
}

/** Next.js has `app` and `pages` in the root or in `src`. */
function sourcesOf(framework: Framework, has: (path: string) => boolean): '' | 'src/' {
  if (framework === 'next' && (has('app') || has('pages'))) return ''
  return has('src') ? 'src/' : ''
}

/** Uses a lockfile or `package.json`, here or in a parent folder, or else the package manager that runs `init`. */
async function detectPackageManager(root: string): Promise<Agent> {
  const found = await detect({ cwd: root })
  return found?.agent ?? getUserAgent() ?? 'npm'
}

/** Returns true if the app has a module of this name that does not use this library. */
function hasUnrelatedModule(root: string, path: string): boolean {
  const found = findModule(root, path)
  return found !== undefined && !readFileSync(join(root, found), 'utf8').includes('@cgk-platform/jobs')
}

function warningsOf({ module, moduleResolution }: CompilerOptions): string[] {
  const resolution = (moduleResolution ?? '').toLowerCase()
  const ignoresExports =
    ['node', 'node10', 'classic'].includes(resolution) || (!resolution && module?.toLowerCase() === 'commonjs')
  if (!ignoresExports) return []
  return [
    '`tsconfig.json` uses a module resolution that ignores package `exports`, so the types of `@cgk-platform/jobs` are ' +
      'not found. Set `module` to `nodenext`.',
  ]
}
