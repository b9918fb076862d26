import { defineBuild } from '../../tsdown.base.ts'

export default defineBuild([
  'src/index.ts',
  'src/inngest.ts',
  'src/local.ts',
  'src/local-testing.ts',
  'src/trigger.ts',
  'src/trigger-tasks.ts',
])
