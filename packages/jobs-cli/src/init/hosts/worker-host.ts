import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import { runCommand } from '../plan/commands.ts'
import { nextHostFile, nextInstrumentationFile } from '../templates/next-files.ts'
import { importLine } from '../templates/template.ts'
import { workerFile } from '../templates/worker-file.ts'
import type { Host } from './host.ts'

/** Returns a process that starts a client: the Next.js server, or a worker. */
export function workerHost(app: App, engine: EngineDescriptor): Host {
  if (app.framework === 'next') return { files: [nextInstrumentationFile(app), nextHostFile(app)] }
  return {
    files: [workerFile(app)],
    worker: 'jobs-worker',
    hints: engine.runsInProcess ? hintsFor(app, engine) : [],
  }
}

function hintsFor(app: App, { setup }: EngineDescriptor): string[] {
  const server = `To run the jobs in your server, add \`${importLine(app, 'jobs-worker')}\` where it starts.`
  if (!setup?.file) return [server]
  return [
    server,
    `If you set \`${setup.file.variable}\` in ${app.variablesFile}, \`${runCommand(app, 'jobs:worker')}\` runs the jobs in a separate process. ` +
      "A server that only sends does not load that file, and its client has `role: 'send'`.",
  ]
}
