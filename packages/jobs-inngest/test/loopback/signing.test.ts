import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openLoopback, type OpenLoopback } from './open-loopback.ts'

const key = 'signkey-test-deadbeef0011'
const otherKey = 'signkey-test-0123456789ab'
const hashed = `signkey-test-${createHash('sha256').update(Buffer.from('deadbeef0011', 'hex')).digest('hex')}`

/** An engine with a signing key, and an app with these keys. */
function openSigned(sdk: { signingKey: string; signingKeyFallback?: string }): Promise<OpenLoopback> {
  return openLoopback(
    ({ client }) => [
      client.createFunction({ id: 'echo', retries: 0, triggers: [{ event: 'a' }] }, ({ step, event }) =>
        step.run('echo', () => event.data),
      ),
    ],
    { eventKey: 'events', signingKey: key, sdk: { isDev: false, eventKey: 'events', ...sdk } },
  )
}

describe('with a signing key', () => {
  it('the app and the engine sign, and check each other', async () => {
    const { client, runsWhen, get } = await openSigned({ signingKey: key })
    const { ids } = await client.send({ name: 'a', data: { x: 1 } })
    const [run] = await runsWhen(ids[0]!, ([each]) => each?.status === 'COMPLETED')
    expect(run.output).toEqual({ x: 1 })
    expect((await get('/v2/health')).headers.get('x-inngest-server-kind')).toBe('cloud')
  })

  it('the app may be in the middle of a change of keys', async () => {
    const { send, runsWhen, engine } = await openSigned({ signingKey: otherKey, signingKeyFallback: key })
    await runsWhen(await send('a', { x: 1 }), ([run]) => run?.status === 'COMPLETED')
    const answers = (path: string): number[] =>
      engine.requests.filter((request) => request.path.startsWith(path)).map(({ status }) => status)
    expect(answers('/fn/register')).toEqual([401, 200])
    expect(answers('/v1/checkpoint')).toEqual([401, 200])
  })

  it('an app with another key cannot register', async () => {
    await expect(openSigned({ signingKey: otherKey })).rejects.toThrow('did not sync')
  })

  it('the app refuses requests that are not signed', async () => {
    const { appUrl } = await openSigned({ signingKey: key })
    const answer = await fetch(`${appUrl}?fnId=app-echo&stepId=step`, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(401)
  })

  it('an answer that is not signed counts as a failed attempt', async () => {
    const { engine, send, runsWhen } = await openSigned({ signingKey: key })
    const headers = { 'x-inngest-sdk': 'inngest-js:v4.24.0' }
    engine.intercept(() => ({ kind: 'answer', status: 200, headers, body: '"forged"' }), 'out')
    const [run] = await runsWhen(await send('a'), ([each]) => each?.endedAt)
    expect(run.status).toBe('FAILED')
  })

  it('REST wants the key, raw or hashed', async () => {
    const { engine } = await openSigned({ signingKey: key })
    const statuses = (...tokens: string[]): Promise<number[]> =>
      Promise.all(
        tokens.map(
          async (token) => (await fetch(`${engine.url}/v2/apps`, { headers: { authorization: token } })).status,
        ),
      )
    expect(await statuses('', 'Bearer wrong', `Bearer ${otherKey}`, key)).toEqual([401, 401, 401, 401])
    expect(await statuses(`Bearer ${key}`, 'bearer deadbeef0011', `Bearer ${hashed}`)).toEqual([200, 200, 200])
  })
})
