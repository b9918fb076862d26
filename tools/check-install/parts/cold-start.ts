import { importCostsMs, type Imported } from '../../bench/import-cost.ts'
import type { Finding } from '../row.ts'
import type { Trial } from '../trial.ts'

const mostRatio = 1.1
const mostOverZodMs = 25

/** Ours, and the SDK alone. */
type Pair = readonly [Imported, Imported]

const providers: readonly { readonly title: string; readonly ready: Pair; readonly sent: Pair }[] = [
  { title: 'Inngest', ready: ['inngest', 'sdk'], sent: ['inngestSend', 'sdkSend'] },
  { title: 'Trigger.dev', ready: ['trigger', 'triggerSdk'], sent: ['triggerSend', 'triggerSdkSend'] },
]

/** Compares the first import of the facade with the import of the SDK or zod alone. A slow machine fails nothing. */
export async function checkColdStart(trial: Trial): Promise<void> {
  let measured: Promise<Readonly<Record<Imported, number>>> | undefined
  const measure = (): Promise<Readonly<Record<Imported, number>>> =>
    (measured ??= trial.app('hosted', 'npm').then(async ({ cwd }) => importCostsMs(cwd)))

  const compare = async ([ours, sdk]: Pair, remark: string): Promise<{ ratio: number; detail: string }> => {
    const costs = await measure()
    const ratio = costs[ours] / costs[sdk]
    const detail = `${ratio.toFixed(2)}×: ${costs[ours].toFixed(0)} ms, the SDK alone ${costs[sdk].toFixed(0)} ms${remark}`
    return { ratio, detail }
  }
  for (const { title, ready, sent } of providers) {
    const what = `@cgk-platform/jobs with ${title}`
    await trial.check('cold start', `${what}, target ≤ ${mostRatio}× the SDK alone`, async () => {
      const { ratio, detail } = await compare(ready, ', loaded at the first send')
      return { verdict: ratio <= mostRatio ? 'met' : 'missed', detail }
    })
    await trial.check('cold start', `${what}, until the first send resolves`, async () => {
      const { detail } = await compare(sent, '')
      return { detail }
    })
  }
  await trial.check(
    'cold start',
    `@cgk-platform/jobs with local, target ≤ zod + ${mostOverZodMs} ms`,
    async (): Promise<Finding> => {
      const { local, zod } = await measure()
      const detail = `zod ${local < zod ? '−' : '+'} ${Math.abs(local - zod).toFixed(0)} ms: ${local.toFixed(0)} ms, zod alone ${zod.toFixed(0)} ms`
      return { verdict: local - zod <= mostOverZodMs ? 'met' : 'missed', detail }
    },
  )
}
