import { type JobErrorInfo, truncateErrorInfo } from '@cgk-platform/jobs-core/provider'

/** Errors of these names are taken for the vendor's own, or for a process that died. */
const reserved = ['TriggerInternalError', 'UnexpectedExitError']

/** The SDK cuts messages and lines of stacks that are longer, and names of causes, wherever that may be. */
const longestText = 999
const longestName = 255

/**
 * The error again for Trigger.dev to show, with the name, message and stack that it had, in texts that its database
 * takes. A message by which Trigger.dev ends a run for want of memory, whatever is asked, is put in other words.
 *
 * @param memory - `as it is` where Trigger.dev is to go by such a message, since it has a larger machine for the run
 */
export function toShownError(told: JobErrorInfo, memory?: 'as it is'): Error {
  return toError(truncateErrorInfo(told), memory === 'as it is' ? ({ message }) => message : withoutSign)
}

function toError(told: JobErrorInfo, messageOf: (told: JobErrorInfo) => string): Error {
  const { name, message, stack = '', cause } = keepable(told)
  const error = new Error(fit(messageOf({ name, message }), longestText), cause && { cause: toError(cause, messageOf) })
  return Object.assign(error, {
    name: reserved.includes(name) ? 'Error' : fit(name, longestName),
    stack: stack
      .split('\n')
      .map((line) => fit(line, longestText))
      .join('\n'),
  })
}

/** Texts without what a database does not take, and the SDK takes out in part. */
function keepable({ name, message, stack, ...more }: JobErrorInfo): JobErrorInfo {
  return { ...more, name: whole(name), message: whole(message), ...(stack !== undefined && { stack: whole(stack) }) }
}

function whole(text: string): string {
  return text.replaceAll('\0', '').replaceAll(/\p{Cs}/gu, '\uFFFD') // a half of a character
}

/** A text cut between two characters, where it is too long. */
function fit(text: string, longest: number): string {
  if (text.length <= longest) return text
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** What Trigger.dev knows a want of memory by. */
function withoutSign({ name, message }: JobErrorInfo): string {
  if (message === 'MANUAL_OOM_KILL_ERROR') return `${name}: ${message}`
  return message.replaceAll('ffmpeg was killed with signal SIGKILL', 'ffmpeg was killed with SIGKILL')
}
