import { Inngest } from 'inngest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { quietLogger } from '../kit/quiet-logger.ts'
import { serveApp } from '../kit/serve-app.ts'
import { openLoopback, type OpenLoopback } from './open-loopback.ts'

describe('registration', () => {
  it('refuses a function with a bad cron and does not say which', async () => {
    const open = await openLoopback()
    const app = await serve(open, 'bad', (client) => [
      client.createFunction({ id: 'fine', triggers: [{ event: 'a' }] }, () => 1),
      client.createFunction({ id: 'seven', triggers: [{ cron: '0 0 * * 7' }] }, () => 1),
    ])
    await expect(open.engine.sync(app)).rejects.toThrow('At least one function is invalid')
    expect((await open.get('/v2/apps/bad')).status).toBe(404)
  })

  it('checks the functions with the schema of the SDK', async () => {
    const { request } = await openLoopback()
    const body = { url: 'http://x', appName: 'x', framework: 'f', sdk: 'js:v1', functions: [{ id: 'x-a', typo: true }] }
    expect(await request('POST', '/fn/register', body)).toMatchObject({ status: 400 })
  })

  it('keeps several apps apart and replaces the functions of the one that syncs again', async () => {
    const open = await openLoopback(({ client }) => [
      client.createFunction({ id: 'first', triggers: [{ event: 'a' }] }, () => 'first'),
    ])
    const define = (id: string) => (client: Inngest.Any) => [
      client.createFunction({ id, triggers: [{ event: 'a' }] }, () => id),
    ]
    await open.engine.sync(await serve(open, 'other', define('old')))
    await open.engine.sync(await serve(open, 'other', define('new')))
    expect((await open.get('/v2/apps')).body.data.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['app', 'other']),
    )
    const runs = await open.runsWhen(
      await open.send('a'),
      (list) => list.length === 2 && list.every(({ endedAt }) => endedAt),
    )
    expect(runs.map((run) => `${run.app.id}/${run.function.id}`).toSorted()).toEqual(['app/first', 'other/new'])
  })

  it('says whether anything changed', async () => {
    const { appUrl } = await openLoopback()
    expect(await (await fetch(appUrl, { method: 'PUT' })).json()).toMatchObject({ modified: false })
  })

  it('goes on with runs of a function that its app no longer has: the app is asked and knows it not', async () => {
    const open = await openLoopback(({ client, pause }) => [
      client.createFunction({ id: 'gone', retries: 1, triggers: [{ event: 'a' }] }, async () => {
        await pause(100)
        throw Object.assign(new Error('later'), { name: 'RetryAfterError', retryAfter: '2' })
      }),
    ])
    const id = await open.send('a')
    await open.runsWhen(id, ([run]) => run?.output?.error)
    await open.engine.sync(await serve(open, 'app', () => []))
    open.engine.intercept(({ path }) => (path.includes('gone') ? { kind: 'reset', when: 'before' } : undefined), 'out')
    const [run] = await open.runsWhen(id, ([each]) => each.endedAt)
    expect([run.status, run.output.error.message]).toEqual(['FAILED', 'Unable to reach SDK URL'])
  })
})

async function serve(
  { engine }: OpenLoopback,
  id: string,
  define: (client: Inngest.Any) => Parameters<typeof serveApp>[1],
): Promise<string> {
  const client = new Inngest({ id, baseUrl: engine.url, isDev: true, logger: quietLogger })
  const app = await serveApp(client, define(client))
  onTestFinished(() => app.close())
  return app.url
}
