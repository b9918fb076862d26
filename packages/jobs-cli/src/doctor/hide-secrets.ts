import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

const secretName = /KEY|TOKEN|SECRET|PASSWORD/i

/** Shorter values are no keys, and are part of other words. */
const shortestSecret = 8

const address = /\bhttps?:\/\/[^\s`'"()<>]+/g

/** What is put together of texts from many places; the rest are names. */
const sentences = new Set(['message', 'remedy'])

/**
 * A copy of what is to be printed in which no sentence has the value of a variable that is named like a secret, nor a key
 * in the form of a vendor's, nor the credentials or the query of an address.
 */
export function hideSecrets<T>(
  report: T,
  engines: readonly EngineDescriptor[],
  variables: NodeJS.ProcessEnv = process.env,
): T {
  const secrets = Object.entries(variables)
    .filter(([name, value]) => secretName.test(name) && value !== undefined && value.trim().length >= shortestSecret)
    .map(([name, value]) => ({ name, value: value!.trim() }))
    .toSorted((one, other) => other.value.length - one.value.length)
  const patterns = engines.flatMap(({ setup }) => setup?.keyPattern ?? [])
  const keyOfVendor = new RegExp(`\\b(?:${patterns.join('|')})`, 'g')
  const hide = (text: string): string => {
    const named = secrets.reduce((so, { name, value }) => so.replaceAll(value, `(value of ${name})`), text)
    return named.replace(keyOfVendor, '(a key)').replace(address, withoutSecrets)
  }
  return JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    sentences.has(key) && typeof value === 'string' ? hide(value) : value,
  ) as T
}

function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.username === '' && url.password === '' && url.search === '' && url.hash === '') return text
  return url.origin + url.pathname
}
