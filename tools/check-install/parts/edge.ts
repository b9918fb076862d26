import assert from 'node:assert/strict'

import { whileOnInngest } from '../../check-packages/check-lean.ts'
import type { ConsumerName } from '../consumers.ts'
import { runOnEdge } from '../edge.ts'
import type { Finding } from '../row.ts'
import type { InstallChecks } from '../install-checks.ts'

const order = "'order.created', { tenantId: 'tenant_1', orderId: 'order_1' }"

/** Sends from an edge runtime without Node's modules. Reports the engines whose SDK does not support that. */
export async function checkEdge(checks: InstallChecks): Promise<void> {
  for (const [name, from] of [
    ['inngest', '@cgk-platform/jobs-inngest'],
    ['facade, inngest', '@cgk-platform/jobs'],
  ] as const) {
    await checks.check('edge', `${from}: a send to Inngest`, () =>
      whileOnInngest(async (_variables, engine): Promise<Finding> => {
        const { cwd } = await checks.app(name, 'npm')
        const code = `import { createJobClient } from '${from}'
          export const main = async (baseUrl: string) =>
            (await createJobClient({ provider: 'inngest', config: { baseUrl, isDev: true } }).sendJob(${order})).id`
        const { returned, nodeModules } = await runOnEdge(code, cwd, engine.url)
        assert.match(String(returned), /^[0-9A-Z]{26}$/)
        assert.deepEqual(nodeModules, [])
        return { detail: 'sent; no Node module evaluated' }
      }),
    )
  }
  for (const [name, from] of [
    ['local', '@cgk-platform/jobs-local'],
    ['facade', '@cgk-platform/jobs'],
  ] as const) {
    await checks.check('edge', `${from}: the local engine`, () => checkLocalEngine(checks, name, from))
  }
  await checks.check('edge', '@cgk-platform/jobs-trigger: a send to Trigger.dev', () => checkTrigger(checks))
}

/** Checks that the local engine, which requires Node, throws `unsupported_feature`. */
async function checkLocalEngine(checks: InstallChecks, name: ConsumerName, from: string): Promise<Finding> {
  const { cwd } = await checks.app(name, 'npm')
  const code = `import { createJobClient } from '${from}'
    const send = async () => createJobClient({ provider: 'local' }).sendJob(${order})
    export const main = () => send().catch(({ code, message }) => ({ code, message }))`
  const { returned, nodeModules } = await runOnEdge(code, cwd)
  const { code: errorCode, message } = returned as { code?: string; message?: string }
  assert.equal(errorCode, 'unsupported_feature', message)
  assert.deepEqual(nodeModules, [])
  return { detail: 'throws `unsupported_feature`' }
}

/** Checks that Trigger.dev's SDK alone also fails on an edge runtime. @throws if a new version of the SDK works. */
async function checkTrigger(checks: InstallChecks): Promise<Finding> {
  const { cwd } = await checks.app('trigger', 'npm')
  const program = `import { createJobClient } from '@cgk-platform/jobs-trigger'
    const client = createJobClient({ provider: 'trigger.dev', config: { apiKey: 'tr_dev_1' } })
    export const main = async () => client.sendJob(${order}).catch(({ code, message }) => ({ code, message }))`
  const { returned } = await runOnEdge(program, cwd)
  const { code, message } = returned as { code?: string; message?: string }
  assert.equal(code, 'send_failed', message)
  const sdk = `import { tasks } from '@trigger.dev/sdk'
    export const main = async () => typeof tasks.trigger`
  const problem = await runOnEdge(sdk, cwd).then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (problem === undefined)
    throw new Error("Trigger.dev's SDK works on an edge runtime now. Extend this check: send a job.")
  return {
    verdict: 'not possible',
    detail: `the SDK alone fails: ${problem}; a send throws \`send_failed\``,
  }
}
