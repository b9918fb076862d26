import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { App } from '../app/app.ts'
import type { Host } from './host.ts'
import { inngestHost } from './inngest-host.ts'
import { triggerHost } from './trigger-host.ts'
import { workerHost } from './worker-host.ts'

/** Hosts of engines that call the app, or that build the jobs themselves. */
const ownHosts: Readonly<Record<string, (app: App, engine: EngineDescriptor) => Host>> = {
  inngest: inngestHost,
  'trigger.dev': triggerHost,
}

/** Returns how the app runs its jobs on the engine: in a process that starts a client, unless the engine has its own way. */
export function hostFor(app: App, engine: EngineDescriptor): Host {
  return (ownHosts[engine.name] ?? workerHost)(app, engine)
}
