import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import type { Host } from '../hosts/host.ts'
import { onceCommand } from './commands.ts'

/**
 * The scripts of an app, by name: `jobs:dev` starts what the vendor has for development, `jobs:worker` runs the jobs,
 * `jobs:doctor` looks at the app with the settings of its own file.
 */
export function scriptsFor(
  app: App,
  { setup }: EngineDescriptor,
  { worker, devArguments = [] }: Host,
): Record<string, string> {
  const { framework, packageManager, variablesFile } = app
  const vendor = setup?.devCommand
  return {
    ...(vendor && { 'jobs:dev': onceCommand(packageManager, [...vendor, ...devArguments]) }),
    ...(worker && { 'jobs:worker': program(app, worker) }),
    'jobs:send': framework === 'next' ? 'curl -sS -X POST http://localhost:3000/api/jobs' : program(app, 'jobs-send'),
    'jobs:doctor': onceCommand(packageManager, ['@cgk-platform/jobs-cli', 'doctor', '--env-file', variablesFile]),
  }
}

function program({ sources, style }: App, name: string): string {
  return `${style.run} ${sources}${name}${style.extension}`
}
