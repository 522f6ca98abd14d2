/** Errors that end a command with a message and an exit code, and nothing else: no stack trace. */

/** The command line asks for something that does not exist or does not fit together: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command was understood, but what it asks for failed: exit code 1. */
export class FailureError extends Error {
  override readonly name = "FailureError";
}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
