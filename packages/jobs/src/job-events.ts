/**
 * Your own events by name. Add them with declaration merging: `declare module '@cgk-platform/jobs' { interface
 * JobEvents … }`. The built-in events are always included. Each package of this library has its own `JobEvents`
 * interface that extends the one in the core: TypeScript loses additions to one interface that is re-exported under
 * several module names.
 */
export interface JobEvents {}

interface OwnEvents extends JobEvents {}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends OwnEvents {}
}
