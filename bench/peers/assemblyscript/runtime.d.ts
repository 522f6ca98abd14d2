/** What asc's runtimes offer to programs, and asc's own types leave out. */

declare function __collect(): void;
