import type { Clock } from '@cgk-platform/jobs-core/provider'
import { type ClientOptions, Inngest, type InngestFunction } from 'inngest'
import { onTestFinished } from 'vitest'
import { quietLogger } from './quiet-logger.ts'
import { serveApp } from './serve-app.ts'
import { createLoopbackEngine, createScaledClock, type LoopbackEngine, type LoopbackOptions } from './index.ts'

/** A parsed response of the engine. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- tests access any member
  readonly body: any
}

/** An engine with one app. The end of the test closes both. */
export interface OpenLoopback {
  readonly engine: LoopbackEngine
  readonly clock: Clock
  readonly client: Inngest.Any
  readonly appUrl: string
  pause(ms: number): Promise<void>
  /** Sends one event and returns its ULID. */
  send(name: string, data?: object, more?: object): Promise<string>
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer>
  /** Returns the event's runs in REST v2 once they pass the check. */
  runsWhen(eventId: string, check: (runs: Answer['body'][]) => boolean): Promise<Answer['body'][]>
  /** Waits until the response passes the check. */
  until(path: string, check: (answer: Answer) => boolean): Promise<Answer>
}

/** The services for an app on the engine. */
export interface AppDependencies {
  readonly client: Inngest.Any
  readonly clock: Clock
  pause(ms: number): Promise<void>
}

/** Starts an engine on a clock that runs 20 times as fast as the system clock, with an app served by the real SDK. */
export async function openLoopback(
  createFunctions: (parts: AppDependencies) => InngestFunction.Any[] = () => [],
  options: LoopbackOptions & { appId?: string; sdk?: Partial<ClientOptions> } = {},
): Promise<OpenLoopback> {
  const { appId = 'app', clock = createScaledClock(20), sdk, ...engineOptions } = options
  const engine = await createLoopbackEngine({ clock, ...engineOptions })
  onTestFinished(() => engine.close())
  const client = new Inngest({ id: appId, baseUrl: engine.url, isDev: true, logger: quietLogger, ...sdk })
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))
  const app = await serveApp(client, createFunctions({ client, clock, pause }))
  onTestFinished(() => app.close())
  await engine.sync(app.url)

  const { eventKey = 'key', signingKey } = engineOptions
  const request: OpenLoopback['request'] = async (method, path, body, headers = {}) => {
    const authorization = signingKey === undefined ? {} : { authorization: `Bearer ${signingKey}` }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const init = { method, headers: { ...authorization, ...headers }, ...(body !== undefined && { body: text }) }
    const response = await fetch(engine.url + path, init)
    return { status: response.status, headers: response.headers, body: parse(await response.text()) }
  }
  const get = (path: string): Promise<Answer> => request('GET', path)
  const until: OpenLoopback['until'] = async (path, check) => {
    for (;;) {
      const answer = await get(path)
      if (check(answer)) return answer
      await pause(40)
    }
  }
  return {
    engine,
    clock,
    client,
    appUrl: app.url,
    pause,
    request,
    get,
    until,
    async send(name, data = {}, more = {}) {
      const { body } = await request('POST', `/e/${eventKey}`, { name, data, ...more })
      return body.ids[0]
    },
    async runsWhen(eventId, check) {
      const path = `/v2/events/${eventId}/runs?includeOutput=true`
      const answer = await until(path, ({ body }) => check(body.data ?? []))
      return answer.body.data ?? []
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
