import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import { runCommand } from '../plan/commands.ts'
import { nextHostFile, nextInstrumentationFile } from '../templates/next-files.ts'
import { loadLine } from '../templates/template.ts'
import { workerFile } from '../templates/worker-file.ts'
import type { Host } from './host.ts'

/** Runs the jobs in a process that starts a client: the server of Next.js, or a worker. */
export function workerHost(app: App, engine: EngineDescriptor): Host {
  if (app.framework === 'next') return { files: [nextInstrumentationFile(app), nextHostFile(app)] }
  return {
    files: [workerFile(app)],
    worker: 'jobs-worker',
    hints: engine.runsInProcess ? hintsFor(app, engine) : [],
  }
}

function hintsFor(app: App, { setup }: EngineDescriptor): string[] {
  const server = `Your server runs what it sends: add \`${loadLine(app, 'jobs-worker')}\` where it starts.`
  if (!setup?.file) return [server]
  return [
    server,
    `Once ${app.variablesFile} names a \`${setup.file.variable}\`, \`${runCommand(app, 'jobs:worker')}\` is one more process that runs the jobs. ` +
      "A server that shall run none does not load that file, and gives its client `role: 'send'`.",
  ]
}
