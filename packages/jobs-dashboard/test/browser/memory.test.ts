import { describePages } from './describe-pages.ts'
import { memoryTarget } from './kit/memory-target.ts'

describePages({
  ...memoryTarget,
  async open() {
    const engine = await memoryTarget.open()
    await engine.client.start()
    return engine
  },
})
