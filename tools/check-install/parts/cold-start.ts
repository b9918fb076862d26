import { importCostsMs, type Imported } from '../../bench/import-cost.ts'
import type { Finding } from '../row.ts'
import type { InstallChecks } from '../install-checks.ts'

const maxRatio = 1.1

/** The programs to compare: with this library, and with the SDK alone. */
type Pair = readonly [Imported, Imported]

const providers: readonly { readonly title: string; readonly ready: Pair; readonly sent: Pair }[] = [
  { title: 'Inngest', ready: ['inngest', 'sdk'], sent: ['inngestSend', 'sdkSend'] },
  { title: 'Trigger.dev', ready: ['trigger', 'triggerSdk'], sent: ['triggerSend', 'triggerSdkSend'] },
]

/** Compares the first import of the facade with the import of the SDK or zod alone. A slow machine fails nothing. */
export async function checkColdStart(checks: InstallChecks): Promise<void> {
  let measured: Promise<Readonly<Record<Imported, number>>> | undefined
  const measure = (): Promise<Readonly<Record<Imported, number>>> =>
    (measured ??= checks.app('hosted', 'npm').then(async ({ cwd }) => importCostsMs(cwd)))

  const compare = async ([ours, sdk]: Pair, remark: string): Promise<{ ratio: number; detail: string }> => {
    const costs = await measure()
    const ratio = costs[ours] / costs[sdk]
    const detail = `${ratio.toFixed(2)}×: ${costs[ours].toFixed(0)} ms, the SDK alone ${costs[sdk].toFixed(0)} ms${remark}`
    return { ratio, detail }
  }
  for (const { title, ready, sent } of providers) {
    const what = `@cgk-platform/jobs with ${title}`
    await checks.check('cold start', `${what}, target ≤ ${maxRatio}× the SDK alone`, async () => {
      const { ratio, detail } = await compare(ready, ', which loads on the first send')
      return { verdict: ratio <= maxRatio ? 'met' : 'missed', detail }
    })
    await checks.check('cold start', `${what}, until the first send resolves`, async () => {
      const { detail } = await compare(sent, '')
      return { detail }
    })
  }
  await checks.check('cold start', '@cgk-platform/jobs with local, target ≤ zod', async (): Promise<Finding> => {
    const { local, zod } = await measure()
    const detail = `zod ${local < zod ? '−' : '+'} ${Math.abs(local - zod).toFixed(0)} ms: ${local.toFixed(0)} ms, zod alone ${zod.toFixed(0)} ms`
    return { verdict: local <= zod ? 'met' : 'missed', detail }
  })
}
