import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import type { TriggerOptions as SdkOptions } from '@trigger.dev/sdk'

import type { RunOptions } from '../wire/run-options.ts'

/** Options of a send for Trigger.dev, with the SDK's types. */
export interface TriggerSendOptions extends RunOptions, Pick<SdkOptions, 'ttl'> {}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderSendOptionTypes {
    'trigger.dev': TriggerSendOptions
  }
}

/** The compiler reports an error here if an option is missing. */
const names: Record<keyof TriggerSendOptions, true> = { machine: true, tags: true, ttl: true }

/** The names of the options that a send may have. */
export const sendOptionNames: readonly string[] = Object.keys(names)

/** Maximum number of tags and references. It leaves one of Trigger.dev's ten tags free for a retry. */
const maxTags = 5
/** The tags by which this library finds runs. */
const ownTag = /^(?:jobs$|(?:jobs|tenant|event|job|definition|reference|restart-of|retried-by):)/

/** Returns the options of an envelope's send. */
export function sendOptionsOf({ providerOptions }: Envelope): TriggerSendOptions {
  return providerOptions?.['trigger.dev'] ?? {}
}

/** Returns an error for tags that would break how this library finds runs. */
export function checkTags({ providerOptions, references = [] }: Envelope): InvalidOptionError | undefined {
  const given = [providerOptions?.['trigger.dev']?.tags ?? []].flat()
  const option = "providerOptions['trigger.dev'].tags"
  if (given.length > 0 && given.length + references.length > maxTags) {
    const remedy = `Pass at most ${maxTags} tags and references. This library needs the other five of Trigger.dev's ten tags.`
    return new InvalidOptionError({ option, problem: `has ${given.length} tags`, remedy })
  }
  const reserved = given.find((tag) => ownTag.test(tag))
  if (reserved === undefined) return undefined
  const remedy = 'Choose another name: this library finds the runs of a tenant by such tags.'
  return new InvalidOptionError({ option, problem: `contains \`${reserved}\``, remedy })
}
