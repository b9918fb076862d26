import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { compile } from '../check-packages/compile.ts'
import { type Consumer, type resolutions, strictInstall, writeConsumer } from '../check-packages/consumer.ts'
import { execute } from '../check-packages/execute.ts'
import type { PackageRegistry } from './registry.ts'
import { yarnVersion } from './versions.ts'

/** The name of a package manager. */
export type Manager = (typeof managers)[number]

/** The tested package managers. */
export const managers = ['npm', 'pnpm', 'yarn, node-modules', 'yarn, PnP'] as const

/** An installed app. */
export interface Installed {
  readonly cwd: string
  /** Environment variables with which Node finds the packages. */
  readonly env: Readonly<Record<string, string>>
  /** Compiles the programs with the app's compiler. Only `nodenext` writes them, to `compiled/`. */
  compile(resolution: keyof typeof resolutions): Promise<void>
}

/** Writes an app and installs it, with this library's packages from the given registry. */
export async function installWith(
  manager: Manager,
  consumer: Consumer,
  cwd: string,
  registry: PackageRegistry,
): Promise<Installed> {
  writeConsumer(consumer, cwd, { versionOf: registry.versionOf })
  await installIn(manager, cwd, registry)
  return {
    cwd,
    env: manager === 'yarn, PnP' ? { NODE_OPTIONS: pnpOptions(cwd) } : {},
    async compile(resolution) {
      const options = { cwd, thirdPartyErrors: consumer.thirdPartyErrors, emits: resolution === 'nodenext' }
      const configuration = `tsconfig.app.${resolution}.json`
      if (manager !== 'yarn, PnP') return compile(join(cwd, 'node_modules/.bin/tsc'), configuration, options)
      // Yarn patches the compiler for PnP, so yarn must run it.
      await compile(process.execPath, configuration, { ...options, before: [await findYarn(cwd), 'tsc'] })
    },
  }
}

/** Returns the options with which Node finds the packages of an app that yarn installed with PnP. */
export function pnpOptions(cwd: string): string {
  return `--require ${cwd}/.pnp.cjs --loader ${cwd}/.pnp.loader.mjs --no-warnings`
}

/** Installs only these dependencies, with npm, into a new app. */
export async function installAlone(dependencies: object, cwd: string, registry: PackageRegistry): Promise<void> {
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  await installIn('npm', cwd, registry)
}

/** Installs the dependencies of the `package.json` in a folder. */
export async function installIn(manager: Manager, cwd: string, { url }: PackageRegistry): Promise<void> {
  if (manager.startsWith('yarn')) return installWithYarn(manager === 'yarn, PnP' ? 'pnp' : 'node-modules', cwd, url)
  writeFileSync(join(cwd, '.npmrc'), `@cgk-platform:registry=${url}\n`)
  if (manager === 'npm') return void (await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd }))
  writeFileSync(join(cwd, 'pnpm-workspace.yaml'), JSON.stringify(strictInstall))
  await execute('pnpm', ['install'], { cwd })
}

async function installWithYarn(nodeLinker: string, cwd: string, url: string): Promise<void> {
  const settings = {
    nodeLinker,
    npmScopes: { 'cgk-platform': { npmRegistryServer: url.slice(0, -1) } },
    npmRegistryServer: await npmSetting('registry', cwd),
    httpsCaFilePath: await npmSetting('cafile', cwd),
    unsafeHttpWhitelist: ['127.0.0.1'],
    enableTelemetry: false,
    enableImmutableInstalls: false,
    // A separate folder, because yarn caches by name and version, and these packages have the same version each time.
    globalFolder: join(cwd, '../yarn-global'),
    enableGlobalCache: false,
    enableMirror: false,
    cacheFolder: join(cwd, '../yarn-cache'),
  }
  writeFileSync(join(cwd, '.yarnrc.yml'), JSON.stringify(settings))
  writeFileSync(join(cwd, 'yarn.lock'), '')
  await runYarn(['install'], cwd)
}

/** Runs yarn in an app, with the settings that `installIn` wrote. */
export async function runYarn(args: readonly string[], cwd: string): Promise<string> {
  return execute(process.execPath, [await findYarn(cwd), ...args], { cwd })
}

/** Returns a setting of the machine's npm, or undefined if it is not set. */
async function npmSetting(name: string, cwd: string): Promise<string | undefined> {
  const value = (await execute('npm', ['config', 'get', name], { cwd })).trim()
  return value === 'null' || value === 'undefined' ? undefined : value
}

/** Returns the path of yarn's program. Installs it in a folder next to the apps if it is missing. */
async function findYarn(cwd: string): Promise<string> {
  const folder = join(cwd, '../yarn')
  const program = join(folder, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const options = ['--prefix=.', '--no-save', '--no-package-lock', '--no-audit', '--no-fund']
  await execute('npm', ['install', ...options, `@yarnpkg/cli-dist@${yarnVersion}`], { cwd: folder })
  return program
}
