import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { LoopbackFunction } from './app.ts'
import type { WorkerConnection } from './connect-connection.ts'
import { ConnectError } from './connect-error.ts'
import type { Place } from './queue.ts'

/** The workers that are connected. */
export interface Workers {
  add(connection: WorkerConnection): void
  remove(connection: WorkerConnection): void
  list(): WorkerConnection[]
  /** What a request to the function counts against: without a worker it waits, and costs no attempt. */
  placesOf(fn: LoopbackFunction): Place[]
  /**
   * A connection for a request to the function. Where all workers are going away another one is waited for.
   *
   * @throws {ConnectError} where there is none in the end.
   */
  route(slug: string): Promise<{ connection: WorkerConnection; appName: string }>
}

const patienceMs = 1000
const mostWaits = 10

/** Nobody is connected yet (pkg/connect/routing/router.go and pkg/connect/lifecycles/semaphore.go). */
export function createWorkers(clock: Clock): Workers {
  const connections = new Set<WorkerConnection>()
  let turns = 0

  return {
    add: (connection) => void connections.add(connection),
    remove: (connection) => void connections.delete(connection),
    list: () => [...connections],
    placesOf({ config, appName }) {
      if (Object.values(config.steps)[0]!.runtime.type !== 'ws') return []
      const those = [...connections].filter(({ apps, phase }) => apps.has(appName) && phase !== 'handshaking')
      return [{ key: `workers ${appName}`, limit: those.reduce((sum, { capacity }) => sum + capacity, 0) }]
    },
    async route(slug) {
      for (let waits = 0; ; waits++) {
        const routes = [...connections].flatMap((connection) =>
          [...connection.apps].filter(([, slugs]) => slugs.has(slug)).map(([appName]) => ({ connection, appName })),
        )
        const ready = routes.filter(({ connection }) => connection.phase === 'ready')
        if (ready.length > 0) return ready[turns++ % ready.length]!
        const mayCome = routes.some(({ connection }) => connection.phase === 'draining')
        if (!mayCome || waits === mostWaits) {
          throw new ConnectError('connect_no_healthy_connection', 'Could not find a healthy connection')
        }
        await new Promise<void>((resolve) => clock.setTimer(patienceMs, resolve).hold(false))
      }
    },
  }
}
