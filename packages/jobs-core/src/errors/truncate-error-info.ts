import { truncate } from './truncate.ts'
import type { JobErrorInfo } from './job-error-info.ts'

const maxCharacters = 16 * 1024
/** Space for the number of characters that `truncate` appends. Thus a text that was cut is not cut again. */
const suffixCharacters = 50
/** Maximum length of the message at the start of a long stack. */
const maxMessageInStack = 1024

/**
 * Truncates the strings of an error and its causes, because engines silently drop data above their size limits.
 * Truncating twice changes nothing.
 */
export function truncateErrorInfo({ name, message, code, stack, cause }: JobErrorInfo): JobErrorInfo {
  return {
    name: cut(name),
    message: cut(message),
    ...(code !== undefined && { code: cut(code) }),
    ...(stack !== undefined && { stack: truncateStack(stack, message) }),
    ...(cause && { cause: truncateErrorInfo(cause) }),
  }
}

/** Truncates a stack. Shortens the message in it first, to keep the frames after it. */
export function truncateStack(stack: string, message: string): string {
  if (stack.length <= maxCharacters) return stack
  return cut(stack.replace(message, () => truncate(message, maxMessageInStack)))
}

function cut(text: string): string {
  return text.length <= maxCharacters ? text : truncate(text, maxCharacters - suffixCharacters)
}
