/** A value that JSON carries without loss. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** UTF-8 bytes of a text. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length
}

const encoder = new TextEncoder()
