import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { LoopbackFunction } from './app.ts'
import type { WorkerConnection } from './connect-connection.ts'
import { ConnectError } from './connect-error.ts'
import type { ConcurrencyLimit } from './queue.ts'

/** The connected workers. */
export interface Workers {
  add(connection: WorkerConnection): void
  remove(connection: WorkerConnection): void
  list(): WorkerConnection[]
  /**
   * Returns the capacity limit for requests to a function. Without a worker it is 0, so requests wait and use no
   * attempt.
   */
  limitsOf(fn: LoopbackFunction): ConcurrencyLimit[]
  /**
   * Returns a connection for a request to a function. Waits for another worker if all are closing.
   *
   * @throws {ConnectError} if there is no connection after the wait.
   */
  route(slug: string): Promise<{ connection: WorkerConnection; appName: string }>
}

const waitMs = 1000
const maxWaits = 10

/** Creates an empty set of workers (pkg/connect/routing/router.go and pkg/connect/lifecycles/semaphore.go). */
export function createWorkers(clock: Clock): Workers {
  const connections = new Set<WorkerConnection>()
  let turns = 0

  return {
    add: (connection) => void connections.add(connection),
    remove: (connection) => void connections.delete(connection),
    list: () => [...connections],
    limitsOf({ config, appName }) {
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
        if (!mayCome || waits === maxWaits) {
          throw new ConnectError('connect_no_healthy_connection', 'Could not find a healthy connection')
        }
        await new Promise<void>((resolve) => clock.setTimer(waitMs, resolve).hold(false))
      }
    },
  }
}
