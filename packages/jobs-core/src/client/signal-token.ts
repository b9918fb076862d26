import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { quote } from '../errors/quote.ts'
import { SignalTokenInvalidError } from '../errors/signal-token-invalid-error.ts'
import type { Json } from '../values/json.ts'
import { kindOf } from '../options/kind-of.ts'
import { environment } from '../runtime/environment.ts'

/** The content of a token. Its names are short, because a token is part of a link. */
interface Claims {
  readonly job: string
  readonly tenant: string
  readonly signal: string
  /** When it expires, epoch milliseconds. */
  readonly until: number
  /** The payload, if the holder of the token cannot choose it. */
  readonly payload?: Json
}

/** A secret, or the current one and former ones whose tokens still count. */
export type SignalSecret = string | readonly string[]

const variable = 'JOB_SIGNAL_SECRET'
const minSecretLength = 32

/** Returns a signed token: its content and its HMAC-SHA256, both as base64url. */
export async function signToken(claims: Claims, secret: SignalSecret | undefined): Promise<string> {
  const content = toBase64Url(new TextEncoder().encode(JSON.stringify(claims)))
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secretsOf(secret)[0]!), signedPart(content))
  return `${content}.${toBase64Url(new Uint8Array(signature))}`
}

/** Returns the content of a token, and its signature. @throws {SignalTokenInvalidError} */
export async function verifyToken(
  token: string,
  secret: SignalSecret | undefined,
  now: number,
): Promise<Claims & { readonly signature: string }> {
  const secrets = secretsOf(secret)
  const [, content, signature] = /^([\w-]+)\.([\w-]{43})$/.exec(token) ?? []
  if (content === undefined || signature === undefined) throw new SignalTokenInvalidError({ reason: 'malformed' })
  if (!(await isSigned(content, signature, secrets))) throw new SignalTokenInvalidError({ reason: 'unsigned' })
  const claims = JSON.parse(new TextDecoder().decode(fromBase64Url(content))) as Claims
  if (claims.until <= now) throw new SignalTokenInvalidError({ reason: 'expired' })
  return { ...claims, signature }
}

async function isSigned(content: string, signature: string, secrets: readonly string[]): Promise<boolean> {
  const bytes = fromBase64Url(signature)
  for (const secret of secrets) {
    if (await crypto.subtle.verify('HMAC', await keyOf(secret), bytes, signedPart(content))) return true
  }
  return false
}

/** Returns the bytes that are signed. Their prefix keeps signatures apart that an app makes with the same secret. */
function signedPart(content: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`cgk-jobs signal v1 ${content}`)
}

function keyOf(secret: string) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign', 'verify'])
}

function secretsOf(secret: SignalSecret | undefined): readonly string[] {
  const given: unknown = secret ?? environment()[variable]
  const secrets: readonly unknown[] = Array.isArray(given) ? given : [given]
  const remedy = `Pass at least ${minSecretLength} random characters, or set \`${variable}\`.`
  if (secrets.length === 0) throw new InvalidOptionError({ option: 'secret', problem: 'is an empty array', remedy })
  return secrets.map((one) => {
    if (typeof one !== 'string')
      throw new InvalidOptionError({ option: 'secret', problem: `is ${kindOf(one)}`, remedy })
    if (one.length >= minSecretLength) return one
    throw new InvalidOptionError({ option: 'secret', problem: `has ${quote(one.length)} characters`, remedy })
  })
}

function toBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
