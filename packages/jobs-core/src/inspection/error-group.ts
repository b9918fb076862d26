import { encodedTextOf } from '../codec/encoded.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'

/** Lists of jobs have at least these characters of a message. */
const maxMessageCharacters = 400
/** The maximum length of a group. */
const maxGroupCharacters = 200

/** An address, or a word with a digit. A code comes with the word before it. */
const variable =
  /((?:status|code|http|exit|signal|answered|returned|with)(?: code)?[\s:=]*)?([\w.+-]+@[\w.-]*\w|[\w@-]*\d(?:[\w@:.+/-]*\w)?)/giu
/** The name of a format, a service or an error, such as `S3`, `P2002` or `E11000`. */
const isName = /^[A-Z]+[a-z]*\d{1,5}$/

/**
 * Returns what errors with the same cause share, at most 200 characters: the name and the message, with `#` for ids,
 * numbers and addresses of mail. Codes stay: after words such as `status`, at the start, and names such as `P2002`. Of an error whose
 * texts a codec has encoded, only the name.
 */
export function errorGroupOf({ name, message }: Pick<JobErrorInfo, 'name' | 'message'>): string {
  if (encodedTextOf({ message }) !== undefined) return cut(name)
  const text = message
    .slice(0, maxMessageCharacters)
    .replaceAll(variable, (whole, before: string = '', word: string, at: number) => {
      const stays = isName.test(word) || (before !== '' && /^\d{1,3}$/.test(word)) || (at === 0 && /^\d{3}$/.test(word))
      return stays ? whole : `${before}#`
    })
  return cut(`${name}: ${text}`)
}

function cut(text: string): string {
  // Databases do not store U+0000, and nobody can copy what is invisible.
  const line = text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
  return line.slice(0, maxGroupCharacters).trimEnd().toWellFormed()
}
