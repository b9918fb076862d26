import type { JobState } from '@cgk-platform/jobs-core'

import { isOpen } from '../job/is-open.ts'
import { isRetryable } from '../job/is-retryable.ts'
import { jobStateLooks } from '../parts/states.ts'

/** The states of a filter in which jobs can be changed, and a remark on the others. */
export interface ChangeableStates {
  /** Absent: all that can be changed. Empty: none of the filter's. */
  readonly states: readonly JobState[] | undefined
  /** Tells in words which states are omitted, or why there is nothing to do. */
  readonly remark?: string
}

/** Returns the states of a filter in which jobs can be retried or cancelled. */
export function changeableStates(action: 'retry' | 'cancel', states: readonly JobState[]): ChangeableStates {
  if (states.length === 0) return { states: undefined }
  const isChangeable = (state: JobState) => (action === 'retry' ? isRetryable(state) : isOpen(state))
  const left = states.filter((state) => !isChangeable(state))
  const changeable = states.filter(isChangeable)
  if (left.length === 0) return { states: changeable }
  const others = left.map((state) => jobStateLooks[state].label.toLowerCase()).join(' and ')
  const end = changeable.length === 0 ? ': there is nothing to do.' : '. They are left as they are.'
  const remark =
    action === 'cancel'
      ? `${capitalized(others)} jobs have ended and cannot be cancelled${end}`
      : `Only failed and unhandled jobs can be retried, not ${others} ones${end}`
  return { states: changeable, remark }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
