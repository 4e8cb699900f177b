/** An operation that makes no sense where it was asked for; the layout is unchanged. The message is a sentence. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}
