export const logHeaderBytes = 32

/** Whether the numbers that the checksum is made of are little-endian, by the first one. */
const magics: ReadonlyMap<number, boolean> = new Map([
  [0x377f0682, true],
  [0x377f0683, false],
])

/**
 * True where the first bytes of a log are as SQLite has written them. It takes a log for empty where they are not.
 * https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function isWholeLogHeader(header: Buffer): boolean {
  const isLittle = magics.get(header.readUInt32BE(0))
  if (isLittle === undefined) return false
  const read = (at: number): number => (isLittle ? header.readUInt32LE(at) : header.readUInt32BE(at))
  let [first, second] = [0, 0]
  for (let at = 0; at < 24; at += 8) {
    first = (first + read(at) + second) >>> 0
    second = (second + read(at + 4) + first) >>> 0
  }
  return header.readUInt32BE(24) === first && header.readUInt32BE(28) === second
}
