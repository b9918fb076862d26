import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import { executeCommand } from './commands.ts'

/**
 * Returns the scripts for an app, by name: `jobs:dev` starts the vendor's development server, `jobs:worker` runs the jobs,
 * `jobs:send` sends the first event, `jobs:doctor` checks the app with the settings in its file.
 */
export function scriptsFor(
  app: App,
  { setup }: EngineDescriptor,
  { worker, devArguments = [] }: Host,
): Record<string, string> {
  const { framework, packageManager, port, variablesFile } = app
  const vendor = setup?.devCommand
  return {
    ...(vendor && { 'jobs:dev': executeCommand(packageManager, [...vendor, ...devArguments]) }),
    ...(worker && { 'jobs:worker': program(app, worker) }),
    'jobs:send':
      framework === 'next' ? `curl -sS -X POST http://localhost:${port}/api/jobs` : program(app, 'jobs-send'),
    'jobs:doctor': executeCommand(packageManager, ['@cgk-platform/jobs-cli', 'doctor', '--env-file', variablesFile]),
  }
}

function program({ sources, style }: App, name: string): string {
  return `${style.run} ${sources}${name}${style.extension}`
}
