import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

/** Error names that Trigger.dev mistakes for its own errors, or for a process that died. */
const reservedNames = ['TriggerInternalError', 'UnexpectedExitError']

/** Maximum lengths. The SDK cuts longer messages, stack lines and cause names, even in the middle of a character. */
const maxTextLength = 999
const maxNameLength = 255

/**
 * Converts an error to the one that Trigger.dev displays. Keeps its name, message and stack, without characters that
 * the database rejects. Changes messages that Trigger.dev mistakes for a lack of memory, because it would end the run.
 *
 * @param memoryMessages - `verbatim` keeps those messages: Trigger.dev then retries the run on its larger machine
 */
export function toDisplayError(info: JobErrorInfo, memoryMessages?: 'verbatim'): Error {
  return toError(info, memoryMessages === 'verbatim' ? ({ message }) => message : withoutMemoryMarker)
}

function toError(info: JobErrorInfo, messageOf: (info: JobErrorInfo) => string): Error {
  const { name, message, stack = '', cause } = storable(info)
  const options = cause && { cause: toError(cause, messageOf) }
  const error = new Error(cut(messageOf({ name, message }), maxTextLength), options)
  return Object.assign(error, {
    name: reservedNames.includes(name) ? 'Error' : cut(name, maxNameLength),
    stack: stack
      .split('\n')
      .map((line) => cut(line, maxTextLength))
      .join('\n'),
  })
}

/** Removes characters that the database rejects. The SDK removes only some of them. */
function storable({ name, message, stack, ...rest }: JobErrorInfo): JobErrorInfo {
  const clean = (text: string): string => text.replaceAll('\0', '')
  return { ...rest, name: clean(name), message: clean(message), ...(stack !== undefined && { stack: clean(stack) }) }
}

/** Cuts a string that is too long, between two characters. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  return `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Changes the messages that Trigger.dev mistakes for a lack of memory. */
function withoutMemoryMarker({ name, message }: JobErrorInfo): string {
  if (message === 'MANUAL_OOM_KILL_ERROR') return `${name}: ${message}`
  return message.replaceAll('ffmpeg was killed with signal SIGKILL', 'ffmpeg was killed with SIGKILL')
}
