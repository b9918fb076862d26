import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

const secretName = /KEY|TOKEN|SECRET|PASSWORD/i

/** Shorter values are not keys and can be part of other words. */
const minSecretLength = 8

const address = /\bhttps?:\/\/[^\s`'"()<>]+/g

/** Fields whose text can contain secrets. All other fields hold names. */
const redactedFields = new Set(['message', 'remedy'])

/**
 * Returns a copy of the report without secrets: values of variables that are named like secrets, keys that match a
 * vendor's pattern, and credentials and queries of URLs.
 */
export function hideSecrets<T>(
  report: T,
  engines: readonly EngineDescriptor[],
  variables: NodeJS.ProcessEnv = process.env,
): T {
  const secrets = Object.entries(variables)
    .filter(([name, value]) => secretName.test(name) && value !== undefined && value.trim().length >= minSecretLength)
    .map(([name, value]) => ({ name, value: value!.trim() }))
    .toSorted((one, other) => other.value.length - one.value.length)
  const patterns = engines.flatMap(({ setup }) => setup?.keyPattern ?? [])
  const vendorKey = new RegExp(`\\b(?:${patterns.join('|')})`, 'g')
  const hide = (text: string): string => {
    const named = secrets.reduce((result, { name, value }) => result.replaceAll(value, `(value of ${name})`), text)
    return named.replace(vendorKey, '(a key)').replace(address, withoutSecrets)
  }
  return JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    redactedFields.has(key) && typeof value === 'string' ? hide(value) : value,
  ) as T
}

function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.username === '' && url.password === '' && url.search === '' && url.hash === '') return text
  return url.origin + url.pathname
}
