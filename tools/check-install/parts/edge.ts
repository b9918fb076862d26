import assert from 'node:assert/strict'

import { whileOnInngest } from '../../check-packages/check-lean.ts'
import type { ConsumerName } from '../consumers.ts'
import { runOnEdge } from '../edge.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'

const order = "'order.created', { tenantId: 'tenant_1', orderId: 'order_1' }"

/** Sends from an edge runtime, without any module of Node, where the vendor's SDK lets one, and says so where not. */
export async function checkEdge(trial: Trial): Promise<void> {
  for (const [name, from] of [
    ['inngest', '@cgk-platform/jobs-inngest'],
    ['facade, inngest', '@cgk-platform/jobs'],
  ] as const) {
    await trial.check('edge', `${from}: a send to Inngest`, () =>
      whileOnInngest(async (_variables, engine): Promise<Finding> => {
        const { cwd } = await trial.app(name, 'npm')
        const code = `import { createJobClient } from '${from}'
          export const main = async (baseUrl: string) =>
            (await createJobClient({ provider: 'inngest', config: { baseUrl, isDev: true } }).sendJob(${order})).id`
        const { answer, asked } = await runOnEdge(code, cwd, engine.url)
        assert.match(String(answer), /^[0-9A-Z]{26}$/)
        assert.deepEqual(asked, [])
        return { detail: 'sent; no Node module evaluated' }
      }),
    )
  }
  for (const [name, from] of [
    ['local', '@cgk-platform/jobs-local'],
    ['facade', '@cgk-platform/jobs'],
  ] as const) {
    await trial.check('edge', `${from}: the local engine`, () => checkRefused(trial, name, from))
  }
  await trial.check('edge', '@cgk-platform/jobs-trigger: a send to Trigger.dev', () => checkTrigger(trial))
}

/** The local engine needs a process of Node, and says so. */
async function checkRefused(trial: Trial, name: ConsumerName, from: string): Promise<Finding> {
  const { cwd } = await trial.app(name, 'npm')
  const code = `import { createJobClient } from '${from}'
    const send = async () => createJobClient({ provider: 'local' }).sendJob(${order})
    export const main = () => send().catch(({ code, message }) => ({ code, message }))`
  const { answer, asked } = await runOnEdge(code, cwd)
  const { code: errorCode, message } = answer as { code?: string; message?: string }
  assert.equal(errorCode, 'unsupported_feature', message)
  assert.deepEqual(asked, [])
  return { detail: 'refused with `unsupported_feature`' }
}

/** Our package is there without its vendor's SDK; that does not come up on an edge runtime by itself either. @throws once it does. */
async function checkTrigger(trial: Trial): Promise<Finding> {
  const { cwd } = await trial.app('trigger', 'npm')
  const ours = `import { createJobClient } from '@cgk-platform/jobs-trigger'
    const client = createJobClient({ provider: 'trigger.dev', config: { apiKey: 'tr_dev_1' } })
    export const main = async () => client.sendJob(${order}).catch(({ code, message }) => ({ code, message }))`
  const { answer } = await runOnEdge(ours, cwd)
  const { code, message } = answer as { code?: string; message?: string }
  assert.equal(code, 'send_failed', message)
  const sdk = `import { tasks } from '@trigger.dev/sdk'
    export const main = async () => typeof tasks.trigger`
  const problem = await runOnEdge(sdk, cwd).then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (problem === undefined) throw new Error('The SDK comes up by itself: send a job here, too.')
  return {
    verdict: 'not possible',
    detail: `the SDK alone fails: ${problem}; a send throws \`send_failed\``,
  }
}
