import type { Definition } from '@cgk-platform/jobs-core'
import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { findUnsupportedOptions } from '@cgk-platform/jobs-core/provider'
import type { InngestFunction } from 'inngest'

import { otherBursts } from './host/throttle-option.ts'

/** Options of Inngest that break a guarantee of this library, with a remedy for each. */
const refused = {
  id: "Use the definition's `id`.",
  triggers: "Use the definition's `event` or `schedule`.",
  retries: 'Use `retry.maxAttempts`.',
  onFailure:
    "Use the definition's `onFailure`. Inngest calls its own without this library's checks, in a separate run.",
  timeouts:
    "Use the definition's `timeout` or `runTimeout`. Inngest's own end a run as cancelled and do not call `onFailure`.",
  priority: 'Use `priority` of the definition or of a send.',
  batchEvents: 'It combines jobs into one run, possibly of several tenants.',
  debounce: 'It drops events silently. Use an `idempotencyKey`, or a delay and a check in the handler.',
  rateLimit: 'It drops events silently. Use `throttle`, which delays them.',
  singleton: 'It drops events silently. Use `concurrency`, which delays them.',
  idempotency: 'It drops events silently. Set `idempotencyKey` in the send.',
} as const

type RefusedOption = keyof typeof refused

/** All other options. The compiler reports an error here if a new version of the SDK adds one. */
const allowed: Record<keyof InngestOptions, true> = {
  name: true,
  description: true,
  concurrency: true,
  throttle: true,
  cancelOn: true,
  middleware: true,
  optimizeParallelism: true,
  checkpointing: true,
  experimentalCheckpointing: true,
}

/** Options of an Inngest function, in the SDK's types, without those that break a guarantee of this library. */
export type InngestOptions = Omit<InngestFunction.Options, RefusedOption>

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderOptionTypes {
    inngest: InngestOptions
  }
}

/** Returns the Inngest options of a definition. */
export function inngestOptionsOf({ providerOptions }: Definition): InngestOptions {
  return providerOptions.inngest ?? {}
}

/** Returns what Inngest cannot run in a definition: options that break a guarantee, and reserved event names. */
export function findUnsupportedByInngest(definition: Definition): UnsupportedFeatureError[] {
  const { id, concurrency, throttle } = definition
  const problems = findUnsupportedOptions(definition, { provider: 'inngest', allowed, refused })
  const refuse = (feature: string, remedy: string): void =>
    void problems.push(new UnsupportedFeatureError({ feature, provider: 'inngest', remedy }))
  for (const option of ['concurrency', 'throttle'] as const) {
    if (inngestOptionsOf(definition)[option] === undefined || definition[option] === undefined) continue
    refuse(`providerOptions.inngest.${option}`, `\`${id}\` also sets \`${option}\`. Set only one of them.`)
  }
  if (concurrency?.limit !== undefined && concurrency.perTenant !== undefined && concurrency.key !== undefined) {
    const remedy = `A function has at most two of \`limit\`, \`perTenant\` and \`key\`. Omit one of them in \`${id}\`.`
    refuse('concurrency: three limits', remedy)
  }
  const bursts = throttle && otherBursts(throttle)
  if (bursts !== undefined) {
    const remedy = `In \`${id}\`, set \`burst\` to ${bursts}. Inngest counts in whole seconds and would start more runs.`
    refuse(`throttle.burst: ${throttle!.burst ?? 1}`, remedy)
  }
  if (definition.kind !== 'cron' && definition.event.startsWith('inngest/')) {
    const remedy = `Inngest reserves names that begin with \`inngest/\`. Rename the event of \`${id}\`.`
    refuse(`the event name ${definition.event}`, remedy)
  }
  return problems
}
