import type { JobErrorInfo } from './error-info.ts'

const maxCharacters = 16 * 1024
/** What a long stack keeps of the message that it begins with. */
const maxMessageInStack = 1024

/** An error with long texts cut, its causes included: engines drop in silence what is over a size of theirs. */
export function truncateErrorInfo({ name, message, code, stack, cause }: JobErrorInfo): JobErrorInfo {
  return {
    name: cut(name),
    message: cut(message),
    ...(code !== undefined && { code: cut(code) }),
    ...(stack !== undefined && { stack: cutStack(stack, message) }),
    ...(cause && { cause: truncateErrorInfo(cause) }),
  }
}

/** The frames are what a stack is read for, and they come after the message. */
function cutStack(stack: string, message: string): string {
  if (stack.length <= maxCharacters) return stack
  return cut(stack.replace(message, () => cut(message, maxMessageInStack)))
}

function cut(text: string, length = maxCharacters): string {
  if (text.length <= length) return text
  const kept = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') // no half of a character
  return `${kept}… (${text.length} characters in all)`
}
