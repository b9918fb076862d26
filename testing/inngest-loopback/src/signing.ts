import { createHash, createHmac } from 'node:crypto'

/** Keys and signatures as in the vendor's pkg/authn and pkg/execution/driver/httpdriver/util.go. */
export interface Signing {
  /** Whether there is a key. Without one, nothing is signed or verified, as in the dev server. */
  readonly enabled: boolean
  /** Returns the value of `x-inngest-signature` for a request's body. */
  sign(body: string): string
  /** Whether an app signed its response with one of the keys. */
  verify(body: string, signature: string | undefined): boolean
  /** Whether the header `authorization` contains one of the keys, raw or hashed, with or without its prefix. */
  authorizes(authorization: string | undefined): boolean
}

/** Creates signing with the first key. Verification accepts both. */
export function createSigning(signingKey: string | undefined, fallback: string | undefined): Signing {
  const keys = [signingKey, fallback].filter((key) => key !== undefined).map(withoutPrefix)
  const tokens = new Set(keys.flatMap((key) => [key, hashKey(key)]))
  return {
    enabled: signingKey !== undefined,
    sign(body) {
      const seconds = Math.floor(Date.now() / 1000) // the SDK compares it with the system clock
      return `t=${seconds}&s=${hmac(keys[0]!, body + seconds)}`
    },
    verify(body, signature) {
      const parts = new URLSearchParams(signature ?? '')
      return keys.some((key) => hmac(key, body + (parts.get('t') ?? '')) === parts.get('s'))
    },
    authorizes(authorization) {
      const token = /^bearer (.+)$/i.exec(authorization ?? '')?.[1]
      return token !== undefined && tokens.has(withoutPrefix(token))
    },
  }
}

const withoutPrefix = (key: string): string => key.replace(/^signkey-\w+-/, '')

const hashKey = (key: string): string => createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex')

const hmac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex')
