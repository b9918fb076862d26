import { describeEngine } from './describe-pages.ts'
import { triggerTarget } from './kit/trigger-target.ts'

describeEngine(triggerTarget)
