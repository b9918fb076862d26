import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

import type { JobCodec } from '@cgk-platform/jobs-core'

/**
 * Creates a codec that encrypts with the first of these keys, and decrypts with all. A name makes a key. It needs no other
 * thread, so no virtual time passes in it.
 */
export function createAesCodec(...names: readonly [string, ...string[]]): JobCodec {
  const keyOf = (name: string): Buffer => {
    if (!names.includes(name)) throw new Error(`There is no key \`${name}\`.`)
    return createHash('sha256').update(name).digest()
  }
  return {
    async encode(text) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyOf(names[0]), iv)
      const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [names[0], iv.toString('base64'), data.toString('base64')].join('.')
    },
    async decode(encoded) {
      const [name = '', iv = '', base64 = ''] = encoded.split('.')
      const data = Buffer.from(base64, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', keyOf(name), Buffer.from(iv, 'base64'))
      decipher.setAuthTag(data.subarray(-16))
      return Buffer.concat([decipher.update(data.subarray(0, -16)), decipher.final()]).toString()
    },
  }
}
