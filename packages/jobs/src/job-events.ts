/**
 * Your own events by name, in addition to the built-in ones or in their place. Add them by declaration merging, on the
 * package that you import: `declare module '@cgk-platform/jobs' { interface JobEvents … }`. Each package has its own
 * interface, because TypeScript loses additions to an interface that is re-exported under several module names.
 */
export interface JobEvents {}

interface OwnEvents extends JobEvents {}

/**
 * The transaction that a handler with `transaction: true` gets. Add the type of your client by declaration merging:
 * `interface HandlerTransaction extends PoolClient {}`, as with `JobEvents`.
 */
export interface HandlerTransaction {}

interface OwnTransaction extends HandlerTransaction {}

declare module '@cgk-platform/jobs-core' {
  interface JobEvents extends OwnEvents {}
  interface HandlerTransaction extends OwnTransaction {}
}
