import type { JobState } from '@cgk-platform/jobs-core'
import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { jobStates } from '@cgk-platform/jobs-core/scheduling'
import { didYouMean, escapeInvisible } from '@cgk-platform/jobs-core/tools'

/** Reads the states of `--state`, separated by commas. @throws {InvalidOptionError} with the accepted states */
export function readStates(text: string): JobState[] {
  return text.split(',').map((part) => {
    const state = jobStates.find((one) => one === part.trim())
    if (state) return state
    const accepted = `The states are ${jobStates.map((one) => `\`${one}\``).join(', ')}.`
    throw invalidOption(
      '--state',
      `contains \`${escapeInvisible(part.trim())}\`, which is not a state`,
      didYouMean(part.trim(), jobStates) + accepted,
    )
  })
}
