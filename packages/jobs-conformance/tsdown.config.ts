import { defineBuild } from '../../tsdown.base.ts'

export default defineBuild(['src/index.ts'])
