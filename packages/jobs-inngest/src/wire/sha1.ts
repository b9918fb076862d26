/** Returns the SHA-1 of a string in hexadecimal, as Inngest hashes step ids. Synchronous, unlike `crypto.subtle`. */
export function sha1(text: string): string {
  const words = toWords(new TextEncoder().encode(text))
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
  for (let from = 0; from < words.length; from += 16) addBlock(state, words.slice(from, from + 16))
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** Splits the message into 32-bit words and adds the end marker and the length in bits. */
function toWords(bytes: Uint8Array): number[] {
  const words = Array.from({ length: ((bytes.length + 8) >> 6) * 16 + 16 }, () => 0)
  for (const [index, byte] of [...bytes, 0x80].entries()) words[index >> 2]! |= byte << (24 - (index % 4) * 8)
  words[words.length - 1] = bytes.length * 8
  return words
}

function addBlock(state: number[], block: number[]): void {
  for (let index = 16; index < 80; index++) {
    block.push(rotated(block[index - 3]! ^ block[index - 8]! ^ block[index - 14]! ^ block[index - 16]!, 1))
  }
  let [a, b, c, d, e] = state as [number, number, number, number, number]
  for (const [index, word] of block.entries()) {
    const [mixed, constant] = mix(Math.floor(index / 20), b, c, d)
    const next = (rotated(a, 5) + mixed + e + constant + word) | 0
    ;[a, b, c, d, e] = [next, a, rotated(b, 30), c, d]
  }
  for (const [index, word] of [a, b, c, d, e].entries()) state[index] = (state[index]! + word) | 0
}

function mix(quarter: number, b: number, c: number, d: number): [number, number] {
  if (quarter === 0) return [(b & c) | (~b & d), 0x5a827999]
  if (quarter === 1) return [b ^ c ^ d, 0x6ed9eba1]
  if (quarter === 2) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
  return [b ^ c ^ d, 0xca62c1d6]
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}
