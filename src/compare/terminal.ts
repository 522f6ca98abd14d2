/** What is done only on a terminal: colours, and a line of progress that overwrites itself. */

import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Styles a text when the stream is a terminal with colours and NO_COLOR is not set. */
export function styled(stream: NodeJS.WriteStream, style: Style, text: string): string {
  const wanted = stream.isTTY && !process.env.NO_COLOR && stream.hasColors?.();
  return wanted ? styleText(style, text, { validateStream: false }) : text;
}

/** One line on standard error that says what is going on; nothing at all when that is not a terminal. */
export class Progress {
  readonly #enabled: boolean;

  constructor(enabled = process.stderr.isTTY === true) {
    this.#enabled = enabled;
  }

  show(text: string): void {
    if (this.#enabled) process.stderr.write(`\r\x1b[2K${text}`);
  }

  clear(): void {
    if (this.#enabled) process.stderr.write("\r\x1b[2K");
  }
}
