import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { resolveCommand } from 'package-manager-detector'

import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import type { CommandLine } from './commands.ts'

/** Returns the commands that install missing packages. Empty if the app already depends on all of them. */
export function installCommands(app: App, engine: EngineDescriptor, host: Host): CommandLine[] {
  const { packages, exact, forDevelopment } = packagesFor(app, engine, host)
  return [...add(app, packages), ...add(app, exact, '-E'), ...add(app, forDevelopment, '-D')]
}

function packagesFor(
  { style, dependencies }: App,
  { packageName, isFallback, setup }: EngineDescriptor,
  host: Host,
): Record<'packages' | 'exact' | 'forDevelopment', string[]> {
  const sdk = host.importsSdk ? setup?.sdk : undefined
  const isExact = sdk?.toolsMatchSdk === true // its tools require an SDK of the same version
  const sdkPackage = sdk ? [`${sdk.packageName}@${sdk.version}`] : []
  const typeScriptPackages = ['@types/node', ...(host.developmentPackages ?? [])]
  const missing = (name: string): boolean => !dependencies.has(name.replace(/(?<=.)@.*/, ''))
  return {
    packages: [
      '@cgk-platform/jobs',
      ...(isFallback ? [] : [packageName]), // the facade contains the fallback
      ...(isExact ? [] : sdkPackage),
      ...(host.packages ?? []),
    ].filter(missing),
    exact: (isExact ? sdkPackage : []).filter(missing),
    forDevelopment: [...(style.needsTsx ? ['tsx'] : []), ...(style.isTypeScript ? typeScriptPackages : [])].filter(
      missing,
    ),
  }
}

function add({ packageManager }: App, packages: readonly string[], ...flags: string[]): CommandLine[] {
  if (packages.length === 0) return []
  const found = resolveCommand(packageManager, 'add', [...flags, ...packages])
  return [found ?? { command: 'npm', args: ['install', ...flags, ...packages] }]
}
