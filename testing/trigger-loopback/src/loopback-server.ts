import { randomBytes } from 'node:crypto'

import { generateFriendlyId, generateInternalId } from '@trigger.dev/core/v3/isomorphic'

import { createApi } from './api.ts'
import { createBackgroundWorkers } from './background-workers.ts'
import type { Engine } from './engine.ts'
import { createFaults } from './faults.ts'
import { startHttpServer } from './http-server.ts'
import type { LoopbackServer, LoopbackServerOptions } from './loopback-options.ts'
import { createPresence } from './presence.ts'
import { createReplica } from './replica.ts'
import { limitRate } from './rate-limit.ts'
import type { RecordedRequest } from './request-log.ts'
import { createRunQueue } from './run-queue.ts'
import { createRunStore } from './run-store.ts'
import { endStalledRun } from './stalled-run.ts'
import { createTimers } from './timers.ts'
import { createWaitpoints } from './waitpoints.ts'
import { serveWorkerSockets } from './worker-sockets.ts'

/** Starts a server that works as a Trigger.dev instance with one dev environment for the unchanged SDK and CLI. */
export async function createLoopbackServer(options: LoopbackServerOptions = {}): Promise<LoopbackServer> {
  const {
    secretKey = `tr_dev_${randomBytes(12).toString('hex')}`,
    accessToken = `tr_pat_${randomBytes(20).toString('hex')}`,
    projectRef = 'proj_loopback',
    port = 0,
    pollMs = 20,
    batchLagMs = 50,
    listLagMs = 300,
    metadataLagMs = 50,
  } = options
  const requests: RecordedRequest[] = []
  const problems: Error[] = []
  const report = (problem: Error): void => void problems.push(problem)
  const faults = createFaults()
  for (const { match, fault } of options.faults ?? []) faults.add(match, fault)

  const now = (): Date => new Date(options.now?.() ?? Date.now())
  const timers = createTimers(now, options.now !== undefined)
  const engine: Engine = {
    url: () => http.url,
    secretKey,
    tenancy: {
      organizationId: generateInternalId(),
      projectId: generateInternalId(),
      environmentId: generateInternalId(),
      projectRef,
    },
    now,
    timers,
    runs: createRunStore(),
    queue: createRunQueue({ timers, passMs: options.passMs, now, makeId: () => generateFriendlyId('queue') }),
    workers: createBackgroundWorkers(now),
    waitpoints: createWaitpoints(),
    presence: createPresence(),
    metadataLagMs,
    replica: createReplica(listLagMs, now),
    stall: { pendingMs: 60_000, executingMs: 300_000, ...options.stallMs },
    notify: (runFriendlyId) => sockets.notify(runFriendlyId),
    onStalled: (run) => endStalledRun(engine, run),
  }
  const api = createApi(engine, { accessToken, pollMs, batchLagMs, report })
  const handle = options.rateLimit ? limitRate(api, options.rateLimit, now) : api
  const http = await startHttpServer({ port, faults, requests, handle, now })
  const sockets = serveWorkerSockets(http.server, secretKey)
  const stop = async (): Promise<void> => {
    timers.stop()
    await http.close()
  }

  return {
    url: http.url,
    secretKey,
    accessToken,
    projectRef,
    requests,
    fault: (match, fault) => faults.add(match, fault),
    runs: () => engine.runs.all(),
    workers: () => engine.workers.all(),
    connectedWorkers: () => sockets.connected(),
    async restart(whileStopped) {
      await stop()
      await whileStopped?.()
      await http.listen()
      timers.goOn()
    },
    async close() {
      await stop()
      if (problems.length > 0) throw new AggregateError(problems, problems.map(({ message }) => message).join('\n'))
    },
  }
}
