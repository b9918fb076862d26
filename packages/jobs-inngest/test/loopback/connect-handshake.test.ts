import { Inngest } from 'inngest'
import { connect } from 'inngest/connect'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { quietLogger } from '../kit/quiet-logger.ts'
import { decodeMessage, encode, encodeMessage, messages, type WorkerConnectRequest } from './connect-messages.ts'
import { createUlid } from './event-ids.ts'
import { createLoopbackEngine, type LoopbackOptions } from './index.ts'

const key = 'signkey-test-deadbeef0011'
const otherKey = 'signkey-test-0123456789ab'

async function open(options: LoopbackOptions = {}) {
  const engine = await createLoopbackEngine(options)
  onTestFinished(() => engine.close())
  const start = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${engine.url}/v0/connect/start`, { method: 'POST', headers })
  return { engine, start }
}

/** What becomes of a worker that says this of itself: the messages that it is sent, and the reason of the close. */
async function sayHello(start: () => Promise<Response>, say: Partial<WorkerConnectRequest>): Promise<string[]> {
  const answer = messages.StartResponse.decode(new Uint8Array(await (await start()).arrayBuffer()))
  const socket = new WebSocket(answer.gatewayEndpoint, ['v0.connect.inngest.com'])
  const got: string[] = []
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const { kind = '' } = decodeMessage(data)
      got.push(kind)
      if (kind === 'GATEWAY_CONNECTION_READY') socket.close()
      if (kind !== 'GATEWAY_HELLO') return
      const { connectionId, sessionToken, syncToken } = answer
      const request = {
        connectionId,
        instanceId: 'one',
        authData: { sessionToken, syncToken },
        apps: [appOf()],
        ...say,
      }
      socket.send(encodeMessage('WORKER_CONNECT', encode(messages.WorkerConnectRequestData, request)))
    })
    socket.on('close', (code, reason) => resolve([...got, `${code} ${reason.toString()}`.trim()]))
  })
}

function appOf(trigger: object = { event: 'a' }): WorkerConnectRequest['apps'][number] {
  const runtime = { type: 'ws', url: 'wss://connect/?fnId=app-x&stepId=step' }
  const config = { id: 'app-x', name: 'x', triggers: [trigger], steps: { step: { id: 'step', name: 'step', runtime } } }
  return { appName: 'app', functions: Buffer.from(JSON.stringify([config])) }
}

describe('the gateway', () => {
  it('lets a worker in that the start has sent', async () => {
    const { start } = await open()
    expect(await sayHello(start, {})).toEqual(['GATEWAY_HELLO', 'GATEWAY_CONNECTION_READY', '1005'])
  })

  it.each([
    ['without a token', { authData: { sessionToken: 'guessed', syncToken: '' } }, 'connect_authentication_failed'],
    ['without apps', { apps: [] }, 'connect_worker_hello_invalid_payload'],
    ['without an instance', { instanceId: '' }, 'connect_worker_hello_invalid_payload'],
    ['with too many apps', { apps: Array.from({ length: 11 }, () => appOf()) }, 'connect_too_many_apps_per_connection'],
  ])('refuses a worker %s, and says why', async (_, say, reason) => {
    const { start } = await open()
    expect(await sayHello(start, say)).toEqual(['GATEWAY_HELLO', `1008 ${reason}`])
  })

  it('refuses functions that it would refuse over HTTP', async () => {
    const { engine, start } = await open()
    const bad = { apps: [appOf({ cron: '0 0 * * 7' })], connectionId: createUlid(Date.now()) }
    expect(await sayHello(start, bad)).toEqual(['GATEWAY_HELLO', 'SYNC_FAILED', '1008'])
    expect((await fetch(`${engine.url}/v2/apps/app`)).status).toBe(404)
  })
})

describe('with a signing key', () => {
  it('the start wants it', async () => {
    const { start } = await open({ signingKey: key })
    const statuses = [{}, { authorization: `Bearer ${otherKey}` }, { authorization: `Bearer ${key}` }].map(
      async (headers) => (await start(headers)).status,
    )
    expect(await Promise.all(statuses)).toEqual([401, 401, 200])
  })

  it('a worker may be in the middle of a change of keys', async () => {
    const { engine } = await open({ signingKey: key })
    const keys = { signingKey: otherKey, signingKeyFallback: key, eventKey: 'events' }
    const client = new Inngest({ id: 'app', baseUrl: engine.url, isDev: false, logger: quietLogger, ...keys })
    const worker = await connect({ apps: [{ client, functions: [] }], handleShutdownSignals: [] })
    onTestFinished(() => worker.close())
    expect(engine.requests.map(({ path, status }) => `${path} ${status}`)).toEqual([
      '/v0/connect/start 401',
      '/v0/connect/start 200',
    ])
  })
})
