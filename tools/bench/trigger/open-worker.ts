import { join } from 'node:path'

import { createLoopbackServer, type LoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'

/** Delays of the loopback server. With them, a task of the SDK starts after about 100 ms, as on the real server. */
const serverDelays: readonly (readonly [path: RegExp, delayMs: number])[] = [
  [/\/trigger$/, 20],
  [/\/attempts\/start$/, 60],
  [/\/attempts\/complete$/, 20],
]

/** Opens a loopback server with the delays of the real one. */
export async function openServer(): Promise<LoopbackServer> {
  const server = await createLoopbackServer()
  for (const [path, delayMs] of serverDelays) server.fault({ path }, { kind: 'delay', delayMs })
  return server
}

/** Starts a CLI worker for the project of the bench. It reuses its processes. */
export function openWorker(server: LoopbackServer, maxConcurrentRuns: number) {
  return startCliWorker({ server, projectDir: join(import.meta.dirname, 'project'), maxConcurrentRuns })
}
