import { afterAll, describe, expect, test } from 'vitest'

import { createReaderProject } from './reader-project.ts'

// Checks the statements of the guides about the lifetime of a process and its warnings on stderr.

const project = createReaderProject()
afterAll(() => project.remove())

function runProgram(file: string, code: string) {
  const start = `
import { defineCronJob, defineJob, getJobClient, scheduleJob, sendJob, waitForJob } from '@cgk-platform/jobs'
defineJob({ id: 'print', event: 'order.created', handler: ({ payload }) => console.log(payload.orderId) })
const order = { tenantId: 'tenant_123', orderId: 'order_456' }
`
  project.write(file, `${start}${code}`)
  return project.run(file)
}

describe.concurrent('a process on the local engine', () => {
  test('stays alive for a job that is due within a minute', async () => {
    const ended = await runProgram('soon.ts', `await scheduleJob('order.created', order, { delay: 300 })`)
    expect(ended).toEqual({ exitCode: 0, stdout: 'order_456\n', stderr: '' })
  })

  test('exits if a job is due later, and warns that the job is lost', async () => {
    const ended = await runProgram('later.ts', `await scheduleJob('order.created', order, { delay: '5m' })`)
    expect(ended).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('"jobs":1') })
  })

  test('exits if only a distant cron tick is left, and warns that it will not run', async () => {
    const ended = await runProgram(
      'far-cron.ts',
      `const month = new Date(Date.now() + 45 * 86_400_000).getMonth() + 1
defineCronJob({ id: 'far', schedule: \`0 9 1 \${month} *\`, handler: () => console.log('tick') })`,
    )
    expect(ended).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('"cronJobs":1') })
  })

  test('exits after close, even if a cron job ticks every minute', async () => {
    const ended = await runProgram(
      'close.ts',
      `defineCronJob({ id: 'tick', schedule: '* * * * *', handler: () => undefined })
await sendJob('order.created', order)
await getJobClient().close()
console.log('closed')`,
    )
    expect(ended).toEqual({ exitCode: 0, stdout: 'order_456\nclosed\n', stderr: '' })
  })

  test('warns once on stderr about an event without a handler, which completes without runs', async () => {
    const ended = await runProgram(
      'nobody.ts',
      `const refund = { ...order, refundId: 'refund_1' }
const job = await sendJob('order.refunded', refund)
await sendJob('order.refunded', refund)
const { state, runs } = await waitForJob(job.id)
console.log(state, runs)`,
    )
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'completed []\n' })
    expect(ended.stderr.match(/No job handles `order\.refunded`/g)).toHaveLength(1)
  })

  test('stays alive while it waits for a job, however late', async () => {
    const ended = await runProgram(
      'wait.ts',
      `setTimeout(() => {
  console.log('held')
  process.exit()
}, 300).unref()
await waitForJob((await scheduleJob('order.created', order, { delay: '5m' })).id)`,
    )
    expect(ended).toEqual({ exitCode: 0, stdout: 'held\n', stderr: '' })
  })

  test('stays alive after start until close', async () => {
    const ended = await runProgram(
      'start.ts',
      `await getJobClient().start()
setTimeout(() => getJobClient().close().then(() => console.log('closed')), 300).unref()`,
    )
    expect(ended).toEqual({ exitCode: 0, stdout: 'closed\n', stderr: '' })
  })

  test('starts an engine for a cron job without a send', async () => {
    const ended = await runProgram(
      'cron.ts',
      `defineCronJob({ id: 'tick', schedule: '* * * * *', handler: () => console.log('tick') })
setTimeout(() => {
  console.log('held')
  process.exit()
}, 300).unref()`,
    )
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('held\n'), stderr: '' })
  })
})
