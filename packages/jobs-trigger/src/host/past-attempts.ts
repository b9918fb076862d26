import type { AttemptRecord, PastAttempt } from '../wire/run-record.ts'

/** Maximum size of the attempts before the current one, in bytes of JSON. Metadata has little room. */
const maxBytes = 2048
const maxNameLength = 40
const maxMessageLength = 150

/** Returns the attempts before `attempt`, from the record of the previous one: as many of the newest as fit. */
export function pastAttempts(previous: AttemptRecord | undefined, attempt: number): readonly PastAttempt[] {
  const { past = [] } = previous ?? {}
  if (!previous || previous.attempt >= attempt) return past
  let all = [...past, toPast(previous)]
  while (new TextEncoder().encode(JSON.stringify(all)).length > maxBytes) all = all.slice(1)
  return all
}

function toPast(record: AttemptRecord): PastAttempt {
  const { attempt: number, startedAt, begunAt = startedAt, dueAt, endedAt, error } = record
  const { name, message, code } = error ?? {}
  return {
    number,
    ...(dueAt !== undefined && { dueAt }),
    begunAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(name !== undefined && {
      error: {
        name: cut(name, maxNameLength),
        message: cut(message ?? '', maxMessageLength),
        ...(code !== undefined && { code: cut(code, maxNameLength) }),
      },
    }),
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`
}
