import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from './execute.ts'
import type { Tarball } from './tarballs.ts'

/** The packages of engines that the facade does not depend on, by the name of the engine. */
export const enginePackages = {
  inngest: '@cgk-platform/jobs-inngest',
  'trigger.dev': '@cgk-platform/jobs-trigger',
  postgres: '@cgk-platform/jobs-postgres',
} as const

/** An engine whose package an app installs in addition to the facade. */
export type EnginePackage = keyof typeof enginePackages

/** A project outside the workspace that installs a package of this library. */
export interface Consumer {
  /** The folder next to this file with its programs. */
  readonly programs: string
  /** The package of this library that it depends on. */
  readonly installs: string
  /** The engines whose packages it also depends on. */
  readonly engines?: readonly EnginePackage[]
  readonly dependencies: Readonly<Record<string, string>>
  /** The oldest version of TypeScript that compiles the declarations. */
  readonly oldestTypeScript: string
  /** Handling of errors in third-party declarations. Those of the SDKs do not compile with every strict option. */
  readonly thirdPartyErrors: 'reported' | 'ignored'
  /** The files that are compiled together, by the name of their configuration. */
  readonly configurations: Readonly<Record<string, readonly string[]>>
}

/** Returns the dependencies of a package of this library, with their version ranges. */
function dependenciesOf(name: string): Readonly<Record<string, string>> {
  const path = join(import.meta.dirname, '../../packages', name, 'package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> }).dependencies
}

/** An app on the facade and the local engine. Older versions of TypeScript fail in zod's declarations. */
export const facadeConsumer: Consumer = {
  programs: 'consumer',
  installs: '@cgk-platform/jobs',
  dependencies: { zod: '^4.0.0' },
  oldestTypeScript: '5.4.5',
  thirdPartyErrors: 'reported',
  configurations: {
    app: ['program.ts', 'rejected.ts', 'opened.ts'],
  },
}

/** An app on the facade that selects its engine at run time. */
export const everyEngineConsumer: Consumer = {
  ...facadeConsumer,
  engines: ['inngest', 'trigger.dev', 'postgres'],
  configurations: {
    ...facadeConsumer.configurations,
    'on-inngest': ['hosted.ts'],
    'on-trigger': ['hosted-trigger.ts'],
  },
}

/** An app on the package of the local engine alone. */
export const localConsumer: Consumer = {
  programs: 'consumer-lean-local',
  installs: '@cgk-platform/jobs-local',
  dependencies: {},
  oldestTypeScript: '5.4.5',
  thirdPartyErrors: 'reported',
  configurations: { app: ['program.ts'] },
}

/** An app on the package of the PostgreSQL engine alone. */
export const postgresConsumer: Consumer = {
  ...localConsumer,
  programs: 'consumer-lean-postgres',
  installs: '@cgk-platform/jobs-postgres',
}

/** An app on the package of Inngest alone. Inngest's SDK requires this version of TypeScript. */
export const inngestConsumer: Consumer = {
  programs: 'consumer-lean',
  installs: '@cgk-platform/jobs-inngest',
  dependencies: { inngest: dependenciesOf('jobs-inngest')['inngest']! },
  oldestTypeScript: '5.8.3',
  thirdPartyErrors: 'ignored',
  configurations: { app: ['program.ts'] },
}

/** An app on the package of Trigger.dev alone. */
export const triggerConsumer: Consumer = {
  programs: 'consumer-lean-trigger',
  installs: '@cgk-platform/jobs-trigger',
  dependencies: { '@trigger.dev/sdk': dependenciesOf('jobs-trigger')['@trigger.dev/sdk']! },
  oldestTypeScript: '5.8.3',
  thirdPartyErrors: 'ignored',
  configurations: { app: ['program.ts', 'src/tasks.ts', 'trigger.config.ts'] },
}

/** The module resolutions that a consumer can use, with their `module` options. */
export const resolutions = { nodenext: 'nodenext', bundler: 'esnext' } as const

/** Module resolutions with compilers. For each change, each of them occurs once; at night, in every combination. */
export const compilations = {
  ofEachChange: [
    { resolution: 'nodenext', compiler: 'oldest' },
    { resolution: 'bundler', compiler: 'newest' },
  ],
  all: [
    { resolution: 'nodenext', compiler: 'oldest' },
    { resolution: 'nodenext', compiler: 'newest' },
    { resolution: 'bundler', compiler: 'oldest' },
    { resolution: 'bundler', compiler: 'newest' },
  ],
} as const satisfies Record<string, readonly Compilation[]>

/** A module resolution, and the oldest supported TypeScript or the newest. */
export interface Compilation {
  readonly resolution: keyof typeof resolutions
  readonly compiler: 'oldest' | 'newest'
}

/** Creates the project, and installs it from the tarballs with this client. */
export async function installConsumer(
  consumer: Consumer,
  client: 'npm' | 'pnpm',
  folder: string,
  tarballs: Tarball[],
): Promise<void> {
  const files = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]))
  const direct = new Set(ownPackagesOf(consumer))
  const overrides = Object.fromEntries(Object.entries(files).filter(([name]) => !direct.has(name)))
  writeConsumer(consumer, folder, {
    versionOf: (name) => files[name]!,
    manifest: client === 'npm' ? { overrides } : {},
  })
  if (client === 'npm') return void (await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder }))
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides, ...strictInstall }))
  await execute('pnpm', ['install'], { cwd: folder })
}

/** Installs only the command line from the tarballs, with npm. */
export async function installCommandLine(folder: string, tarballs: Tarball[]): Promise<void> {
  const name = '@cgk-platform/jobs-cli'
  const { [name]: own, ...overrides } = Object.fromEntries(tarballs.map((one) => [one.name, `file:${one.path}`]))
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { [name]: own }, overrides }))
  await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
}

/** Returns the packages of this library that the project depends on. */
function ownPackagesOf({ installs, engines = [] }: Consumer): string[] {
  return [installs, ...engines.map((engine) => enginePackages[engine])]
}

/**
 * Writes the programs, `package.json` and `tsconfig` files of a project.
 * @param versionOf - returns the version of a package of this library
 */
export function writeConsumer(
  consumer: Consumer,
  folder: string,
  { versionOf, manifest = {} }: { versionOf: (name: string) => string; manifest?: object },
): void {
  const { programs, dependencies, oldestTypeScript, configurations } = consumer
  const own = Object.fromEntries(ownPackagesOf(consumer).map((name) => [name, versionOf(name)]))
  const contents = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { ...own, ...dependencies },
    devDependencies: { '@types/node': '^20.0.0', typescript: oldestTypeScript },
    ...manifest,
  }
  mkdirSync(folder)
  cpSync(join(import.meta.dirname, programs), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(contents))
  for (const [name, sources] of Object.entries(configurations)) {
    for (const [moduleResolution, module] of Object.entries(resolutions)) {
      const compilerOptions = { ...strictest, module, moduleResolution }
      const path = join(folder, `tsconfig.${name}.${moduleResolution}.json`)
      writeFileSync(path, JSON.stringify({ compilerOptions, files: sources }))
    }
  }
}

/** Settings of pnpm: strict, except for conflicts of Inngest's SDK, which this library cannot fix. */
export const strictInstall = {
  strictPeerDependencies: true,
  peerDependencyRules: {
    allowedVersions: {
      '@opentelemetry/api': '1', // the SDK requires `^1.9`, and packages that exclude 1.10
      'inngest>typescript': '5', // apps that do not import the SDK do not read its types
    },
  },
  allowBuilds: { protobufjs: false }, // its script only reports version mismatches
}

const strictest = {
  target: 'es2022',
  lib: ['es2022'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  outDir: 'compiled',
}
