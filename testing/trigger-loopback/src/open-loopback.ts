import type {
  BackgroundWorkerMetadata,
  DequeuedMessage,
  TaskResource,
  TaskRunExecutionResult,
} from '@trigger.dev/core/v3'
import { ApiClient } from '@trigger.dev/core/v3'
import { onTestFinished, vi } from 'vitest'

import type { LoopbackServer, LoopbackServerOptions } from './loopback-options.ts'
import { createLoopbackServer } from './loopback-server.ts'

/** A parsed response of the server. */
export interface Respond {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read any field of it
  readonly body: any
}

/** A run that the test executes as its worker. */
export interface HeldRun {
  readonly id: string
  readonly attempt: Respond
  complete(completion: Completion): Promise<Respond>
  heartbeat(): Promise<Respond>
}

/** The end of an attempt, without its run's id. */
export type Completion = Omit<Extract<TaskRunExecutionResult, { ok: true }>, 'id'> | FailedCompletion
type FailedCompletion = Omit<Extract<TaskRunExecutionResult, { ok: false }>, 'id'>

/** A server with helpers for its tests. */
export interface OpenLoopback {
  readonly server: LoopbackServer
  /** Trigger.dev's own client, which validates every response. */
  readonly client: ApiClient
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Respond>
  /** Registers tasks, as the CLI does. */
  register(...tasks: Partial<TaskResource>[]): Promise<Respond>
  /** Dequeues a run, as a worker does. Returns `undefined` if none is available at once. */
  dequeue(): Promise<DequeuedMessage | undefined>
  /** Dequeues the next run and starts its attempt. */
  start(): Promise<HeldRun>
  /** Starts the next attempt of a run at this snapshot. */
  startAt(runId: string, snapshotId: string): Promise<HeldRun>
}

/** A successful attempt. */
export const success: Completion = { ok: true, output: '"done"', outputType: 'application/json' }

/** Returns a failed attempt. With a delay, the worker requests a retry. */
export function failure(retryDelayMs?: number): Completion {
  return {
    ok: false,
    error: {
      type: 'BUILT_IN_ERROR',
      name: 'Error',
      message: 'broken',
      stackTrace: 'Error: broken\n    at task.ts:1:1',
    },
    ...(retryDelayMs !== undefined && { retry: { timestamp: Date.now() + retryDelayMs, delay: retryDelayMs } }),
  }
}

let contents = 0

/** Starts a server, which is closed at the end of the test. The test acts as its client and its worker. */
export async function openLoopback(options?: LoopbackServerOptions): Promise<OpenLoopback> {
  const server = await createLoopbackServer(options)
  onTestFinished(() => server.close())
  const client = new ApiClient(server.url, server.secretKey, undefined, { retry: { maxAttempts: 1 } })

  const request: OpenLoopback['request'] = async (method, path, body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const init = {
      method,
      headers: { authorization: `Bearer ${server.secretKey}`, 'x-trigger-api-version': '2025-07-16', ...headers },
      ...(body !== undefined && { body: text }),
    }
    const response = await fetch(server.url + path, init)
    return { status: response.status, headers: response.headers, body: parse(await response.text()) }
  }
  const startAt: OpenLoopback['startAt'] = async (runId, snapshotId) => {
    const base = `/engine/v1/dev/runs/${runId}/snapshots`
    const attempt = await request('POST', `${base}/${snapshotId}/attempts/start`, {})
    const current = attempt.body.snapshot?.friendlyId
    return {
      id: runId,
      attempt,
      complete: (completion) =>
        request('POST', `${base}/${current}/attempts/complete`, { completion: { id: runId, ...completion } }),
      heartbeat: () => request('POST', `${base}/${current}/heartbeat`, {}),
    }
  }
  /** The server holds a dequeue request for ten seconds. A run for an abandoned request would be lost to the test. */
  const dequeueWithin = async (limitMs: number): Promise<DequeuedMessage | undefined> => {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), limitMs)
    try {
      const response = await fetch(`${server.url}/engine/v1/dev/dequeue`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.secretKey}` },
        body: JSON.stringify({ currentWorker: 'worker', oldWorkers: [] }),
        signal: stop.signal,
      })
      return ((await response.json()) as { dequeuedMessages: DequeuedMessage[] }).dequeuedMessages[0]
    } catch (error) {
      if (stop.signal.aborted) return undefined
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    server,
    client,
    request,
    startAt,
    dequeue: () => dequeueWithin(200),
    register(...tasks) {
      const metadata: BackgroundWorkerMetadata = {
        packageVersion: '4.8.3',
        runtime: 'node-24',
        contentHash: `content-${(contents += 1)}`,
        tasks: tasks.map((task) => ({ id: 'task', filePath: 'src/tasks.ts', ...task })),
      }
      return request('POST', '/api/v1/projects/proj_loopback/background-workers', {
        localOnly: true,
        metadata,
        engine: 'V2',
      })
    },
    async start() {
      const message = await vi.waitUntil(() => dequeueWithin(60_000), { timeout: 60_000, interval: 20 })
      return startAt(message.run.friendlyId, message.snapshot.friendlyId)
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
