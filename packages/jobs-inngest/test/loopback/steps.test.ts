import { NonRetriableError, RetryAfterError } from 'inngest'
import { describe, expect, it } from 'vitest'
import { type OpenLoopback, openLoopback } from './open-loopback.ts'

const calls = ({ engine }: OpenLoopback): number =>
  engine.requests.filter(({ direction, method }) => direction === 'out' && method === 'POST').length

describe('steps of the real SDK', () => {
  it('cost one call when they follow each other, since each is reported while the function goes on', async () => {
    const open = await openLoopback(({ client }) => [
      client.createFunction({ id: 'five', triggers: [{ event: 'a' }] }, async ({ step }) => {
        for (const id of ['1', '2', '3', '4', '5']) await step.run(id, () => id)
        return 'done'
      }),
    ])
    const id = await open.send('a')
    const [run] = await open.runsWhen(id, ([each]) => each?.status === 'COMPLETED')
    expect(run.output).toEqual({ data: 'done' })
    expect(calls(open)).toBe(1)
    expect(open.engine.requests.filter(({ path }) => path.startsWith('/v1/checkpoint/'))).toHaveLength(5)
  })

  it('run side by side, with a sleep among them, and the function goes on when all have ended', async () => {
    const open = await openLoopback(({ client, pause }) => [
      client.createFunction({ id: 'three', triggers: [{ event: 'a' }] }, async ({ step }) => {
        const slow = step.run('slow', () => pause(1500).then(() => 'slow'))
        return Promise.all([slow, step.run('quick', () => 'quick'), step.sleep('nap', '1s')])
      }),
    ])
    const [run] = await open.runsWhen(await open.send('a'), ([each]) => each?.status === 'COMPLETED')
    expect(run.output).toEqual({ data: ['slow', 'quick', null] })
    expect(calls(open)).toBe(4) // the plan, each of the two, and the rest of the function
  })

  it('wait for an event that fits, or get null when the time is up', async () => {
    const open = await openLoopback(({ client }) => [
      client.createFunction({ id: 'wait', triggers: [{ event: 'a' }] }, async ({ step }) => {
        const options = { event: 'signal', timeout: '30s', if: 'async.data.k == event.data.k' }
        const came = await step.waitForEvent('came', options)
        const never = await step.waitForEvent('never', { event: 'other', timeout: '1s' })
        return { came: came?.data, never }
      }),
    ])
    const id = await open.send('a', { k: 1 })
    await open.runsWhen(id, ([run]) => run?.status === 'RUNNING')
    const { body } = await open.get(`/v2/events/${id}/runs`)
    await open.until(`/v2/runs/${body.data[0].id}/trace`, (trace) => trace.body.data.rootSpan.children?.length === 1)
    await open.send('signal', { k: 2, from: 'stranger' })
    await open.send('signal', { k: 1, from: 'friend' })
    const [run] = await open.runsWhen(id, ([each]) => each.status === 'COMPLETED')
    expect(run.output).toEqual({ came: { k: 1, from: 'friend' }, never: null })
  })

  it('are counted in attempts of their own, and remembered by a retry of the function', async () => {
    const ran: string[] = []
    const open = await openLoopback(({ client, clock }) => [
      client.createFunction({ id: 'retry', triggers: [{ event: 'a' }] }, async ({ step, attempt }) => {
        await step.run('flaky', () => {
          ran.push(`step ${attempt}`)
          if (attempt < 2) throw new RetryAfterError('later', new Date(clock.now() + 1500))
        })
        ran.push(`function ${attempt}`)
        if (attempt < 1) throw new RetryAfterError('again', new Date(clock.now() + 1500))
      }),
    ])
    await open.runsWhen(await open.send('a'), ([run]) => run?.status === 'COMPLETED')
    expect(ran).toEqual(['step 0', 'step 1', 'step 2', 'function 0', 'function 1'])
  })

  it('let the attempts of the function be counted anew', async () => {
    const attempts: number[] = []
    const open = await openLoopback(({ client, clock }) => [
      client.createFunction({ id: 'anew', triggers: [{ event: 'a' }] }, async ({ step, attempt }) => {
        attempts.push(attempt)
        if (attempts.length > 1) await step.run('first', () => 1)
        if (attempts.length < 4) throw new RetryAfterError('again', new Date(clock.now() + 1500))
      }),
    ])
    await open.runsWhen(await open.send('a'), ([run]) => run?.status === 'COMPLETED')
    expect(attempts).toEqual([0, 1, 0, 1]) // as seen on the real server
  })

  it('throw into the function when they failed for good', async () => {
    const open = await openLoopback(({ client }) => [
      client.createFunction({ id: 'catch', triggers: [{ event: 'a' }] }, async ({ step }) => {
        try {
          return await step.run('bad', () => {
            throw new NonRetriableError('no way')
          })
        } catch (error) {
          return { caught: (error as Error).message }
        }
      }),
    ])
    const [run] = await open.runsWhen(await open.send('a'), ([each]) => each?.status === 'COMPLETED')
    expect(run.output).toEqual({ caught: 'no way' })
  })

  it('show in the trace with the sha1 of their ids', async () => {
    const open = await openLoopback(({ client }) => [
      client.createFunction({ id: 'traced', triggers: [{ event: 'a' }] }, ({ step }) =>
        step.run('first', () => ({ n: 1 })),
      ),
    ])
    const [run] = await open.runsWhen(await open.send('a'), ([each]) => each?.status === 'COMPLETED')
    const { body } = await open.get(`/v2/runs/${run.id}/trace?includeOutput=true`)
    expect(body.data.rootSpan.children[0]).toMatchObject({
      name: 'first',
      output: { n: 1 },
      status: 'COMPLETED',
      stepId: 'e0996a37c13d44c3b06074939d43fa3759bd32c1',
      stepOp: 'RUN',
    })
  })
})
