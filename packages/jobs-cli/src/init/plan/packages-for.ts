import { resolveCommand } from 'package-manager-detector'

import type { App, Provider } from '../app/app.ts'

/** The release of Trigger.dev's SDK and CLI that this library was measured with; the two must be the same. */
export const triggerVersion = '4.8.3'

/** The major of Inngest's SDK that this library is made for: its client is handed over from the app's copy. */
export const inngestMajor = '4'

/** A command and its arguments. */
export interface CommandLine {
  readonly command: string
  readonly args: readonly string[]
}

/** What installs the packages that the files need and the app does not name yet; none where it names all. */
export function installCommands(app: App, provider: Provider): CommandLine[] {
  const { packages, exact, forDevelopment } = packagesFor(app, provider)
  return [
    ...add(app, packages),
    ...add(app, exact, '-E'), // its CLI refuses an SDK of another release
    ...add(app, forDevelopment, '-D'),
  ]
}

function packagesFor(app: App, provider: Provider): Record<'packages' | 'exact' | 'forDevelopment', string[]> {
  const { framework, style } = app
  // The worker of plain Node needs Inngest's SDK from this library alone.
  const callsSdk = provider === 'inngest' && framework !== 'node'
  const missing = (name: string): boolean => !app.dependencies.has(name.replace(/(?<=.)@.*/, ''))
  const packages = [
    '@cgk-platform/jobs',
    ...(callsSdk ? [`inngest@${inngestMajor}`] : []),
    ...(callsSdk && framework !== 'next' ? [framework] : []), // which may be named before it is there
    ...(callsSdk && framework === 'hono' ? ['@hono/node-server'] : []),
  ]
  const forDevelopment = [
    ...(style.needsTsx ? ['tsx'] : []),
    ...(style.isTypeScript ? ['@types/node'] : []),
    ...(style.isTypeScript && callsSdk && framework === 'express' ? ['@types/express'] : []),
  ]
  return {
    packages: packages.filter(missing),
    exact: (provider === 'trigger.dev' ? [`@trigger.dev/sdk@${triggerVersion}`] : []).filter(missing),
    forDevelopment: forDevelopment.filter(missing),
  }
}

function add({ packageManager }: App, packages: readonly string[], ...flags: string[]): CommandLine[] {
  if (packages.length === 0) return []
  const found = resolveCommand(packageManager, 'add', [...flags, ...packages])
  return [found ?? { command: 'npm', args: ['install', ...flags, ...packages] }]
}
