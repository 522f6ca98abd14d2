/** What compiling costs, over the length of the program. */

import { formatCount, formatMs, formatTable } from "../../src/compare/formatting.ts";
import { spreadOf } from "../../src/compare/samples.ts";
import { compileIr } from "../../src/lang/backend.ts";
import { buildProgram, checkProgram, SourceFile } from "../../src/lang/frontend.ts";
import { generateProgram } from "./generate.ts";

const LINES = [1_000, 2_000, 5_000, 10_000, 20_000] as const;
const MANAGER = "gc";

export interface CompileResult {
  readonly lines: number;
  /** Medians, in milliseconds; each contains what is before it. */
  readonly checkMs: number;
  readonly irMs: number;
  readonly buildMs: number;
  readonly moduleBytes: number;
}

export async function runCompile(runs: number, onProgress: (text: string) => void): Promise<CompileResult[]> {
  // The first compilation of a process pays for starting it: the prelude, and the engine's own compilers.
  compileIr(buildProgram(sourceOf(LINES[0]).source), { manager: MANAGER });
  return LINES.map((wanted) => {
    const { source, lines } = sourceOf(wanted);
    const samples = Array.from({ length: runs }, (_, run) => {
      onProgress(`compile: ${lines} lines, run ${run + 1} of ${runs}`);
      const checkMs = timed(() => checkProgram(source)).ms;
      const ir = timed(() => buildProgram(source));
      const module = timed(() => compileIr(ir.result, { manager: MANAGER }));
      return { checkMs, irMs: ir.ms, buildMs: ir.ms + module.ms, moduleBytes: module.result.wasm.byteLength };
    });
    const median = (of: (sample: (typeof samples)[number]) => number): number => spreadOf(samples.map(of)).median;
    return {
      lines,
      checkMs: median((sample) => sample.checkMs),
      irMs: median((sample) => sample.irMs),
      buildMs: median((sample) => sample.buildMs),
      moduleBytes: samples[0]!.moduleBytes,
    };
  });
}

function sourceOf(lines: number): { source: SourceFile; lines: number } {
  const program = generateProgram(lines);
  return { source: new SourceFile("generated.mote", program.text), lines: program.lines };
}

function timed<T>(run: () => T): { ms: number; result: T } {
  const start = performance.now();
  const result = run();
  return { ms: performance.now() - start, result };
}

export function describeCompile(results: readonly CompileResult[]): string[] {
  const perLine = (ms: number, lines: number): string => `${((1000 * ms) / lines).toFixed(1)}`;
  return formatTable(
    ["lines", "check ms", "us/line", "to IR ms", "us/line", "build ms", "us/line", "module bytes"].map((title) => ({
      title,
      align: "right",
    })),
    results.map(({ lines, checkMs, irMs, buildMs, moduleBytes }) => [
      formatCount(lines),
      ...[checkMs, irMs, buildMs].flatMap((ms) => [formatMs(ms), perLine(ms, lines)]),
      formatCount(moduleBytes),
    ]),
  );
}
