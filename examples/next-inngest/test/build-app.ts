export { buildApp as setup } from './run-app.ts'
