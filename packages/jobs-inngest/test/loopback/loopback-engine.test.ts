import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { openLoopback } from './open-loopback.ts'

it('listens on a free port of 127.0.0.1 and logs what comes in and goes out', async () => {
  const { engine, send, runsWhen } = await openLoopback(({ client }) => [
    client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => 1),
  ])
  expect(engine.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  await runsWhen(await send('a'), ([run]) => run?.status === 'COMPLETED')
  const log = engine.requests.map(({ direction, method, path, status }) => `${direction} ${method} ${path} ${status}`)
  expect(log.slice(0, 2)).toEqual(['in POST /fn/register 200', 'out PUT /api/inngest 200'])
  expect(log).toContain('in POST /e/key 200')
  expect(log).toContain('out POST /api/inngest?fnId=app-x&stepId=step 206')
})

it('leaves nothing behind that keeps a process alive', async () => {
  const script = `
    import { createLoopbackEngine } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
    const engine = await createLoopbackEngine()
    engine.intercept(({ path }) => path === '/v2/apps' ? { kind: 'hang' } : undefined)
    const functions = [{ id: 'x-a', name: 'a', triggers: [{ event: 'a' }, { cron: '0 0 1 1 *' }],
      steps: { step: { id: 'step', name: 'step', runtime: { type: 'http', url: engine.url + '/v2/apps' } } } }]
    const body = JSON.stringify({ url: 'http://x', appName: 'x', framework: 'f', sdk: 'js:v4', functions })
    await fetch(engine.url + '/fn/register', { method: 'POST', body })
    for (const ts of [undefined, Date.now() + 1e6]) {
      await fetch(engine.url + '/e/key', { method: 'POST', body: JSON.stringify({ name: 'a', ts }) })
    }
    const hangs = fetch(engine.url + '/v2/apps').catch(() => 'broken')
    while ((await (await fetch(engine.url + '/v2/runs?status=RUNNING')).json()).data?.length !== 1);
    await engine.close()
    console.log(await hangs)`
  const options = ['--conditions=@cgk-platform/source', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 60_000 })
  expect(stdout.trim()).toBe('broken')
})
