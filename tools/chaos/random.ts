/** Numbers that a seed alone decides, so that a run can be told again. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number
  /** True this often: 0 never, 1 always. */
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
}

/** Numbers from a text; sfc32 is small and good enough: https://pracrand.sourceforge.net/RNG_engines.txt */
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
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (share) => next() < share,
    pick: (from) => from[Math.floor(next() * from.length)]!,
  }
}

/** FNV-1a over the text, from a start of its own. */
function hash(text: string, start: number): number {
  let value = 0x811c9dc5 ^ start
  for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0)!, 0x01000193)
  return value | 0
}
