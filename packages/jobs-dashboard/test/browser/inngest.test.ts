import { describeEngine } from './describe-pages.ts'
import { inngestTarget } from './kit/inngest-target.ts'

describeEngine(inngestTarget)
