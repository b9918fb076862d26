export { default } from '../../vitest-waiting.base.ts'
