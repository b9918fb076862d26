export { default } from '../../vitest-slow.base.ts'
