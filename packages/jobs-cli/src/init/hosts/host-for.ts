import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import type { Host } from './host.ts'
import { inngestHost } from './inngest-host.ts'
import { triggerHost } from './trigger-host.ts'
import { workerHost } from './worker-host.ts'

/** Hosts of engines that call the app or build the jobs themselves. */
const engineHosts: Readonly<Record<string, (app: App, engine: EngineDescriptor) => Host>> = {
  inngest: inngestHost,
  'trigger.dev': triggerHost,
}

/** Returns the app's host on the engine. By default that is a process that starts a client. */
export function hostFor(app: App, engine: EngineDescriptor): Host {
  return (engineHosts[engine.name] ?? workerHost)(app, engine)
}
