import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import { expressInngestFile, expressServerFile } from '../templates/express-files.ts'
import { honoInngestFile, honoServerFile } from '../templates/hono-files.ts'
import { inngestPort } from '../templates/inngest-port.ts'
import { nextInngestFile } from '../templates/next-files.ts'
import type { Host } from './host.ts'
import { workerHost } from './worker-host.ts'

/** Returns a route that Inngest calls. In plain Node, returns a worker that connects to Inngest. */
export function inngestHost(app: App, engine: EngineDescriptor): Host {
  switch (app.framework) {
    case 'next':
      return { files: [nextInngestFile(app)], devArguments: devServerArguments(app.port), importsSdk: true }
    case 'express':
      return {
        ...serverHost(app, 'app.use(jobsRouter)'),
        files: [expressInngestFile(app), expressServerFile(app)],
        packages: ['express'], // `--framework` may name it before it is installed
        developmentPackages: ['@types/express'],
      }
    case 'hono':
      return {
        ...serverHost(app, "app.route('/', jobsRoutes)"),
        files: [honoInngestFile(app), honoServerFile(app)],
        packages: ['hono', '@hono/node-server'],
      }
    case 'node':
      return { ...workerHost(app, engine), warnings: warningsFor(app) }
  }
}

function serverHost({ sources, style }: App, mount: string): Omit<Host, 'files'> {
  return {
    worker: 'jobs-server',
    devArguments: devServerArguments(inngestPort),
    importsSdk: true,
    hints: [
      `To run the jobs in your own server, add \`${mount}\` from ${sources}jobs-inngest${style.extension}, ` +
        'and change the address in `jobs:dev`.',
    ],
  }
}

function devServerArguments(port: number): string[] {
  return ['-u', `http://localhost:${port}/api/inngest`]
}

function warningsFor({ nodeVersion }: App): string[] {
  const [major = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number)
  if (major >= 22) return []
  return [
    `\`jobs-worker\` connects to Inngest, which needs Node 22 or later, but this is ${nodeVersion}. Use a server that ` +
      'Inngest calls: `--framework hono` or `--framework express`.',
  ]
}
