import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from './execute.ts'
import type { Tarball } from './tarballs.ts'

/** The packages of the engines that the facade does not bring along, by the names of their engines. */
export const enginePackages = {
  inngest: '@cgk-platform/jobs-inngest',
  'trigger.dev': '@cgk-platform/jobs-trigger',
} as const

/** An engine whose package an app installs beside the facade. */
export type EnginePackage = keyof typeof enginePackages

/** A project of a stranger that installs one package of ours. */
export interface Consumer {
  /** The folder beside this file that holds its programs. */
  readonly programs: string
  /** The package of ours that it names; those that this one needs come along. */
  readonly installs: string
  /** The engines whose packages it names besides. */
  readonly engines?: readonly EnginePackage[]
  readonly dependencies: Readonly<Record<string, string>>
  /** The oldest compiler that reads the declarations. */
  readonly oldestTypeScript: string
  /** What becomes of errors in declarations that are not ours: the SDKs' do not pass every strict option. */
  readonly ofOthers: 'refused' | 'passed over'
  /** Which files are compiled together, by the name of their configuration. */
  readonly configurations: Readonly<Record<string, readonly string[]>>
}

/** The versions that a package of ours asks for. */
function dependenciesOf(name: string): Readonly<Record<string, string>> {
  const path = join(import.meta.dirname, '../../packages', name, 'package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> }).dependencies
}

/** On the local engine. Older compilers than the oldest fail in zod's declarations. */
export const facadeConsumer: Consumer = {
  programs: 'consumer',
  installs: '@cgk-platform/jobs',
  dependencies: { zod: '^4.0.0' },
  oldestTypeScript: '5.4.5',
  ofOthers: 'refused',
  configurations: {
    app: ['program.ts', 'refused.ts', 'opened.ts'],
  },
}

/** On an engine that is chosen at run time. */
export const everyEngineConsumer: Consumer = {
  ...facadeConsumer,
  engines: ['inngest', 'trigger.dev'],
  configurations: {
    ...facadeConsumer.configurations,
    'on-inngest': ['hosted.ts'],
    'on-trigger': ['hosted-trigger.ts'],
  },
}

/** In its own process alone. */
export const localConsumer: Consumer = {
  programs: 'consumer-lean-local',
  installs: '@cgk-platform/jobs-local',
  dependencies: {},
  oldestTypeScript: '5.4.5',
  ofOthers: 'refused',
  configurations: { app: ['program.ts'] },
}

/** On Inngest alone. Its SDK wants this compiler at least. */
export const inngestConsumer: Consumer = {
  programs: 'consumer-lean',
  installs: '@cgk-platform/jobs-inngest',
  dependencies: { inngest: dependenciesOf('jobs-inngest')['inngest']! },
  oldestTypeScript: '5.8.3',
  ofOthers: 'passed over',
  configurations: { app: ['program.ts'] },
}

/** On Trigger.dev alone. */
export const triggerConsumer: Consumer = {
  programs: 'consumer-lean-trigger',
  installs: '@cgk-platform/jobs-trigger',
  dependencies: { '@trigger.dev/sdk': dependenciesOf('jobs-trigger')['@trigger.dev/sdk']! },
  oldestTypeScript: '5.8.3',
  ofOthers: 'passed over',
  configurations: { app: ['program.ts', 'src/tasks.ts', 'trigger.config.ts'] },
}

/** How a consumer may resolve modules. */
export const resolutions = { nodenext: 'nodenext', bundler: 'esnext' } as const

/** Makes the project, installed by the given client from the packed files. */
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

/** Installs the command line by itself, by npm from the packed files. */
export async function installCommandLine(folder: string, tarballs: Tarball[]): Promise<void> {
  const name = '@cgk-platform/jobs-cli'
  const { [name]: own, ...overrides } = Object.fromEntries(tarballs.map((one) => [one.name, `file:${one.path}`]))
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { [name]: own }, overrides }))
  await execute('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
}

/** The packages of ours that the project names. */
function ownPackagesOf({ installs, engines = [] }: Consumer): string[] {
  return [installs, ...engines.map((engine) => enginePackages[engine])]
}

/** Writes the project, its `package.json` and its compiler's settings; `versionOf` is about our packages. */
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

/** Nothing is let pass but what Inngest's SDK brings, and no release of ours can mend. */
export const strictInstall = {
  strictPeerDependencies: true,
  peerDependencyRules: {
    allowedVersions: {
      '@opentelemetry/api': '1', // it asks for `^1.9` itself, and for packages that exclude 1.10
      'inngest>typescript': '5', // where it is not imported, its types are not read
    },
  },
  allowBuilds: { protobufjs: false }, // its script looks for a version mismatch, and does nothing else
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
