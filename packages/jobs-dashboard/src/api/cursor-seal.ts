import { Refusal } from '../http/refusal.ts'

/** Encrypts the cursors that users of one tenant get, and binds them to the tenant. */
export interface CursorSeal {
  /** Encrypts a cursor. */
  seal(cursor: string, tenantId: string): Promise<string>
  /** Decrypts a cursor. @throws {Refusal} for one that was changed, or sealed for another tenant */
  open(sealed: string, tenantId: string): Promise<string>
}

const ivBytes = 12

/**
 * Creates the seal of a dashboard. An engine that filters after reading puts the position of the last job that it has
 * read into a cursor. That job can belong to another tenant.
 *
 * @param secret - default: a random one, so other processes cannot open the cursors
 */
export function createCursorSeal(secret: string = crypto.randomUUID()): CursorSeal {
  let key: Promise<Key> | undefined
  const useKey = (): Promise<Key> => (key ??= toKey(secret))
  const rules = (iv: Uint8Array<ArrayBuffer>, tenantId: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(tenantId),
  })
  return {
    async seal(cursor, tenantId) {
      const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
      const text = new TextEncoder().encode(cursor)
      const sealed = new Uint8Array(await crypto.subtle.encrypt(rules(iv, tenantId), await useKey(), text))
      return toBase64Url(new Uint8Array([...iv, ...sealed]))
    },
    async open(sealed, tenantId) {
      try {
        const bytes = fromBase64Url(sealed)
        const rest = bytes.subarray(ivBytes)
        const text = await crypto.subtle.decrypt(rules(bytes.slice(0, ivBytes), tenantId), await useKey(), rest)
        return new TextDecoder().decode(text)
      } catch {
        throw new Refusal(400, 'invalid_option', 'The `cursor` is not of this list. Read the first page again.')
      }
    },
  }
}

/** A `CryptoKey`, which not every platform declares as a type. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

async function toKey(secret: string): Promise<Key> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
  return crypto.subtle.importKey('raw', hash, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
