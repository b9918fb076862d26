import { type Agent, resolveCommand } from 'package-manager-detector'

import type { App, Provider } from '../app/app.ts'
import { inngestPort } from '../templates/inngest-port.ts'
import { triggerVersion } from './packages-for.ts'

/**
 * The scripts of an app, by name: `jobs:dev` starts what the vendor has for development, `jobs:worker` runs the jobs,
 * `jobs:doctor` looks at the app with the settings of its own file.
 */
export function scriptsFor(app: App, provider: Provider): Record<string, string> {
  const vendor = vendorScript(app, provider)
  const worker = workerName(app, provider)
  return {
    ...(vendor && { 'jobs:dev': vendor }),
    ...(worker && { 'jobs:worker': program(app, worker) }),
    'jobs:send':
      app.framework === 'next' ? 'curl -sS -X POST http://localhost:3000/api/jobs' : program(app, 'jobs-send'),
    'jobs:doctor': once(app.packageManager, ['@cgk-platform/jobs-cli', 'doctor', '--env-file', app.variablesFile]),
  }
}

/** The program that runs the jobs, where it is not the app itself or Trigger.dev's worker. */
function workerName({ framework }: App, provider: Provider): 'jobs-worker' | 'jobs-server' | undefined {
  if (framework === 'next' || provider === 'trigger.dev') return undefined
  return provider === 'inngest' && framework !== 'node' ? 'jobs-server' : 'jobs-worker'
}

function program({ sources, style }: App, name: string): string {
  return `${style.run} ${sources}${name}${style.extension}`
}

function vendorScript({ framework, packageManager }: App, provider: Provider): string | undefined {
  if (provider === 'local') return undefined
  if (provider === 'trigger.dev') return once(packageManager, [`trigger.dev@${triggerVersion}`, 'dev'])
  // A worker of plain Node connects by itself; the others have to be called.
  const port = { next: 3000, express: inngestPort, hono: inngestPort, node: undefined }[framework]
  const calls = port ? ['-u', `http://localhost:${port}/api/inngest`] : []
  return once(packageManager, ['inngest-cli@latest', 'dev', ...calls])
}

/** Runs a package that the app does not depend on: a command. */
export function once(packageManager: Agent, words: string[]): string {
  // npm would ask first, which nobody may be there to answer.
  if (packageManager === 'npm' || packageManager === 'yarn') return ['npx', '--yes', ...words].join(' ')
  const { command, args } = resolveCommand(packageManager, 'execute', words) ?? { command: 'npx', args: words }
  return [command, ...args].join(' ')
}
