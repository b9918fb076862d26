import { describePages } from './describe-pages.ts'
import { inngestTarget } from './kit/inngest-target.ts'

describePages(inngestTarget)
