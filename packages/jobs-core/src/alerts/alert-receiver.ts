import { RequestFailedError } from '../errors/request-failed-error.ts'
import { declareOptions } from '../options/declare-options.ts'
import { custom, url } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { AlertMessage } from './alert-message.ts'

/** Delivers a message. If it throws or rejects, the message is delivered again. Pass the signal to calls such as `fetch`. */
type Notify = (message: AlertMessage, context: { readonly signal: AbortSignal }) => unknown

interface Webhook {
  /** The URL that gets each message as JSON. */
  webhook: string
  /**
   * The secret that signs it, in the form of Standard Webhooks: `whsec_` and 24 to 64 random bytes as Base64. Create one
   * with `echo whsec_$(openssl rand -base64 32)`.
   */
  secret: string
}

interface Slack {
  /** The URL of an incoming webhook of Slack, or of a service that also reads `{ text }`. */
  slack: string
}

/** Where messages go: a signed webhook, an incoming webhook of Slack, or a function. */
export type AlertReceiver = Notify | Webhook | Slack

const secretRemedy = 'Create one: `echo whsec_$(openssl rand -base64 32)`.'
const secret: Option<string, Uint8Array<ArrayBuffer>> = custom(
  (given: unknown, name, createError) => {
    const bytes = typeof given === 'string' && given.startsWith('whsec_') ? fromBase64(given.slice(6)) : undefined
    // Says nothing about the value, which may be a secret in another form.
    if (!bytes || bytes.length < 24 || bytes.length > 64) {
      throw createError(name, 'is not `whsec_` with 24 to 64 bytes as Base64', secretRemedy)
    }
    return bytes
  },
  { required: secretRemedy },
)

const httpUrl = (): Option<string, string> => url({ remedy: 'Pass the URL of the receiver: `https://…`.' })
const webhookOptions = declareOptions<Webhook, { webhook: string; secret: Uint8Array<ArrayBuffer> }>('a webhook', {
  webhook: httpUrl(),
  secret,
})
const slackOptions = declareOptions<Slack>("Slack's webhook", { slack: httpUrl() })

const receiverRemedy = 'Pass a function, `{ webhook, secret }` or `{ slack }`.'

/** The declaration of the option `notify`. */
export const receiverOption: Option<AlertReceiver, Notify> = custom(
  (given: unknown, name, createError) => {
    if (typeof given === 'function') return given as Notify
    const fail: typeof createError = (option, problem, remedy) =>
      createError(option === 'options' ? name : `${name}.${option}`, problem, remedy)
    const fields = (typeof given === 'object' && given !== null ? given : {}) as Partial<Webhook & Slack>
    if (fields.slack !== undefined) return toSlack(slackOptions.read(given, fail).slack)
    if (fields.webhook !== undefined) return toWebhook(webhookOptions.read(given, fail))
    throw createError(name, 'names no receiver', receiverRemedy)
  },
  { required: receiverRemedy },
)

function toSlack(address: string): Notify {
  return ({ type, text }, { signal }) =>
    post('Slack', address, {
      body: JSON.stringify({ text: `${type === 'alert.began' ? '🔴' : '✅'} ${text}` }),
      signal,
    })
}

/** Delivers and signs as Standard Webhooks asks: https://www.standardwebhooks.com. */
function toWebhook({ webhook, secret: bytes }: { webhook: string; secret: Uint8Array<ArrayBuffer> }): Notify {
  return async (message, { signal }) => {
    const body = JSON.stringify(message)
    const timestamp = String(Math.floor(Date.now() / 1000)) // receivers compare it with their clocks
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
    const signed = new TextEncoder().encode(`${message.id}.${timestamp}.${body}`)
    const signature = toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, signed)))
    const headers = {
      'webhook-id': message.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    }
    await post('webhook', webhook, { body, headers, signal })
  }
}

interface Post {
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** @throws {RequestFailedError} without the URL and the error of `fetch`, which can have secrets. */
async function post(provider: string, address: string, { body, headers, signal }: Post): Promise<void> {
  const failed = { provider, operation: 'deliver an alert', remedy: 'It is delivered again.' }
  let response: Response
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal,
      redirect: 'manual', // a redirect would drop the body
    })
    await response.body?.cancel()
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string }
    const unreachable = code === undefined ? 'it cannot be reached' : `it cannot be reached (${code})`
    throw new RequestFailedError({ ...failed, problem: signal.aborted ? 'it did not answer in time' : unreachable })
  }
  if (response.ok) return
  const { status } = response
  throw new RequestFailedError({ ...failed, problem: `it answered ${status}`, status })
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
