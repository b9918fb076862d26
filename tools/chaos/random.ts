/** Random numbers that depend only on a seed. */
export interface Random {
  /** Returns a number from 0 up to, but not including, 1. */
  next(): number
  /** Returns an integer from `min` to `max`, both included. */
  between(min: number, max: number): number
  /** Returns true with this probability, from 0 to 1. */
  chance(probability: number): boolean
  /** Returns a random element. */
  pick<T>(from: readonly T[]): T
}

/** Creates random numbers from a seed. Uses sfc32: https://pracrand.sourceforge.net/RNG_engines.txt */
export function createRandom(seed: string): Random {
  let [a, b, c, count] = [hash(seed, 1), hash(seed, 2), hash(seed, 3), 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let warm = 0; warm < 12; warm++) next()
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)]!,
  }
}

/** Returns the FNV-1a hash of a string. `start` selects one of several hashes. */
function hash(text: string, start: number): number {
  let value = 0x811c9dc5 ^ start
  for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0)!, 0x01000193)
  return value | 0
}
