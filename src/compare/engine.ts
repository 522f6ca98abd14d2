/** The engine this process runs on, as reports name it. */
export function engineName(): string {
  return `Node.js ${process.versions.node}, V8 ${process.versions.v8}`;
}
