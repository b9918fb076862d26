import { describeChanges } from './describe-pages.ts'
import { triggerTarget } from './kit/trigger-target.ts'

// What its pages show of jobs is what those over Inngest show: neither engine counts exactly.
describeChanges(triggerTarget)
