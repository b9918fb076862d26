import { type Definition, type Envelope, InvalidOptionError, UnsupportedFeatureError } from '@cgk-platform/jobs-core'

/** What a send may say to the local engine alone. */
const ofSends: readonly string[] = ['transaction']

/** Everything that a definition asks of the local engine alone: it has no such options. */
export function findUnsupportedLocally({ id, providerOptions }: Definition): UnsupportedFeatureError[] {
  return Object.keys(providerOptions.local ?? {}).map((option) => {
    const remedy = ofSends.includes(option) ? 'It is an option of a send.' : 'The local engine has no such option.'
    const feature = `providerOptions.local.${option}`
    return new UnsupportedFeatureError({ feature, provider: 'local', remedy: `Take it out of \`${id}\`. ${remedy}` })
  })
}

/** What is wrong with what a send asks of the local engine alone. */
export function refusalOf({ providerOptions }: Envelope): InvalidOptionError | undefined {
  const unknown = Object.keys(providerOptions?.local ?? {}).find((option) => !ofSends.includes(option))
  if (unknown === undefined) return undefined
  const problem = 'is none that a send has for the local engine'
  const remedy = `It takes ${ofSends.map((option) => `\`${option}\``).join(', ')}.`
  return new InvalidOptionError({ option: `providerOptions.local.${unknown}`, problem, remedy })
}
