import { describePages } from './describe-pages.ts'
import { triggerTarget } from './kit/trigger-target.ts'

describePages(triggerTarget)
