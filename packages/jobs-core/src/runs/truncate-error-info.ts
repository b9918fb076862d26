import { truncate } from '../errors/truncate.ts'
import type { JobErrorInfo } from './error-info.ts'

const maxCharacters = 16 * 1024
/** Maximum length of the message at the start of a long stack. */
const maxMessageInStack = 1024

/** Truncates the strings of an error and its causes. Engines silently drop data above their size limits. */
export function truncateErrorInfo({ name, message, code, stack, cause }: JobErrorInfo): JobErrorInfo {
  return {
    name: truncate(name, maxCharacters),
    message: truncate(message, maxCharacters),
    ...(code !== undefined && { code: truncate(code, maxCharacters) }),
    ...(stack !== undefined && { stack: truncateStack(stack, message) }),
    ...(cause && { cause: truncateErrorInfo(cause) }),
  }
}

/** Shortens the message first, to keep the frames after it. */
function truncateStack(stack: string, message: string): string {
  if (stack.length <= maxCharacters) return stack
  return truncate(
    stack.replace(message, () => truncate(message, maxMessageInStack)),
    maxCharacters,
  )
}
