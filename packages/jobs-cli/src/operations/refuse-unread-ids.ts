import { invalidOption } from '@cgk-platform/jobs-core/provider'

/** The ids of jobs: ULIDs, and those of Trigger.dev's runs. */
const idOfJob = /^(?:[0-7][0-9A-HJKMNP-TV-Z]{25}|run_[a-z0-9]{20,})$/

/**
 * Refuses a change of all jobs that match filters if a word of the command looks like the id of a job: it is the value
 * of an option, but the user may have meant this job alone.
 *
 * @param words - the words after the name of the program
 * @throws {InvalidOptionError}
 */
export function refuseUnreadIds(words: readonly string[]): void {
  const index = words.findIndex((word) => idOfJob.test(word))
  if (index < 0) return
  const [option, word] = [words[index - 1]!, words[index]!]
  throw invalidOption(
    option,
    `has the value \`${word}\`, which looks like the id of a job`,
    `To change this job alone, pass its id without \`${option}\`. If it is the value, write \`${option}=${word}\`.`,
  )
}
