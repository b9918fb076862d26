import { describe, expect, it } from 'vitest'
import { openLoopback } from './open-loopback.ts'

describe('cancelling', () => {
  it('tells the handler nothing, and its late result changes nothing but the output', async () => {
    let ended = false
    const { send, runsWhen, request, get, until } = await openLoopback(({ client, pause }) => [
      client.createFunction({ id: 'slow', triggers: [{ event: 'a' }] }, async () => {
        await pause(2000)
        ended = true
        return { late: true }
      }),
    ])
    const id = await send('a')
    const [run] = await runsWhen(id, ([each]) => each?.status === 'RUNNING')
    expect(await request('POST', `/v2/runs/${run.id}/cancel`, {})).toMatchObject({ status: 200 })
    expect([(await get(`/v2/runs/${run.id}`)).body.data.status, ended]).toEqual(['CANCELLED', false])
    const { body } = await until(`/v2/runs/${run.id}?includeOutput=true`, (answer) => answer.body.data.output)
    expect([ended, body.data.status, body.data.output]).toEqual([true, 'CANCELLED', { late: true }])
    expect((await get(`/v1/events/${id}/runs`)).body.data.map((row: { status: string }) => row.status)).toEqual([
      'Cancelled', // and a second row for the late result
      'Cancelled',
    ])
  })

  it('lets the step that runs come to its end, and none after it', async () => {
    const ran: string[] = []
    const { send, runsWhen, request, until } = await openLoopback(({ client, pause }) => [
      client.createFunction({ id: 'steps', triggers: [{ event: 'a' }] }, async ({ step }) => {
        await step.run('one', () => pause(1500).then(() => ran.push('one')))
        await step.run('two', () => ran.push('two'))
      }),
    ])
    const [{ id }] = await runsWhen(await send('a'), ([run]) => run?.status === 'RUNNING')
    await request('DELETE', `/v1/runs/${id}`)
    await until(`/v2/runs/${id}/trace`, ({ body }) => body.data.rootSpan.children?.length > 0)
    expect(ran).toEqual(['one'])
  })

  it.each([
    ['v2 of a cancelled run', 'POST', '/v2/runs/{}/cancel', 409, 'run_already_cancelled'],
    ['v1 of a cancelled run', 'DELETE', '/v1/runs/{}', 200, undefined],
  ])('again answers as it does in %s', async (_, method, path, status, code) => {
    const { send, runsWhen, request, clock } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => 1),
    ])
    const [{ id }] = await runsWhen(await send('a', {}, { ts: clock.now() + 60_000 }), (runs) => runs.length === 1)
    await request('POST', `/v2/runs/${id}/cancel`, {})
    const answer = await request(method, path.replace('{}', id))
    expect([answer.status, answer.body.errors?.[0].code]).toEqual([status, code])
  })

  it('by an event takes those that fit, and none that came before the run', async () => {
    const { send, request, runsWhen, get } = await openLoopback(({ client }) => [
      client.createFunction(
        { id: 'x', triggers: [{ event: 'a' }], cancelOn: [{ event: 'stop', if: 'async.data.k == event.data.k' }] },
        ({ step }) => step.sleep('long', '10m'),
      ),
    ])
    const start = [0, 1, 2].map((k) => ({ name: 'a', data: { k } }))
    const tooSoon = { name: 'stop', data: { k: 0 } } // in the same moment, before there is a run
    const { body: sent } = await request('POST', '/e/any', [...start, tooSoon])
    const ended: string = sent.ids[2]
    for (const event of sent.ids.slice(0, 3)) await runsWhen(event, ([run]) => run?.status === 'RUNNING')
    await send('stop', { k: 2 })
    await runsWhen(ended, ([run]) => run.status === 'CANCELLED')
    expect((await get('/v2/runs?status=RUNNING')).body.data).toHaveLength(2)
  })

  it('shows in lists as an end 10 s ahead, and so in a filter by the end', async () => {
    const { send, runsWhen, request, get, clock } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, ({ step }) => step.sleep('long', '10m')),
    ])
    const event = await send('a')
    const [{ id }] = await runsWhen(event, ([run]) => run?.status === 'RUNNING')
    const before = clock.now()
    await request('POST', `/v2/runs/${id}/cancel`, {})
    const [{ endedAt }] = await runsWhen(event, ([run]) => run.endedAt)
    expect(Date.parse(endedAt)).toBeGreaterThanOrEqual(before + 10_000)
    expect(Date.parse((await get(`/v2/runs/${id}`)).body.data.endedAt)).toBeLessThan(before + 10_000)
    const from = new Date(before + 5000).toISOString()
    expect((await get(`/v2/runs?status=CANCELLED&timeField=endedAt&from=${from}`)).body.data).toHaveLength(1)
  })
})

describe('a rerun', () => {
  it('makes a new run under the same event, also of a completed one, and two at once make two', async () => {
    const { send, runsWhen, request, get } = await openLoopback(({ client }) => [
      client.createFunction({ id: 'x', triggers: [{ event: 'a' }] }, () => 1),
    ])
    const event = await send('a')
    const [{ id }] = await runsWhen(event, ([run]) => run?.status === 'COMPLETED')
    const again = await Promise.all([1, 2].map(() => request('POST', `/v2/runs/${id}/rerun`, {})))
    const runs = await runsWhen(event, (list) => list.length === 3 && list.every(({ endedAt }) => endedAt))
    expect(runs.map((run) => run.id)).toEqual(expect.arrayContaining(again.map(({ body }) => body.data.runId)))
    const rows = (await get(`/v1/events/${event}/runs`)).body.data as { original_run_id?: string }[]
    expect(rows.map((row) => row.original_run_id)).toEqual([undefined, id, id])
  })
})
