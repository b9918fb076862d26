/** A row of the table cannot be measured on this machine. The message is the reason. */
export class NotRunError extends Error {}
