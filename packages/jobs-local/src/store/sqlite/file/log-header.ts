/** Size of the header of a log. */
export const logHeaderBytes = 32

/** Maps the magic number of a log to whether its checksum uses little-endian words. */
const magics: ReadonlyMap<number, boolean> = new Map([
  [0x377f0682, true],
  [0x377f0683, false],
])

/**
 * Returns true if the header of a log has a valid checksum. SQLite treats a log with an invalid header as empty.
 * https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function isValidLogHeader(header: Buffer): boolean {
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
