/**
 * The process of one manager: loads its modules once, then runs them when it is asked to.
 *
 * Each run has a new instance. Garbage of a run is collected before its answer goes out, so that it is charged neither
 * to the next run nor, as resident memory, to the other managers' processes. Nothing of the compiler is loaded here:
 * the process is small when the first run starts.
 */

import { readFileSync } from "node:fs";
import { type RunOptions, type RunResult, runModule } from "../lang/run/run-module.ts";
import { loadExterns } from "./extern-files.ts";
import { type Collections, CorePauses, EnginePauses } from "./pauses.ts";
import { PortFiles, type PutFile } from "./port-files.ts";
import type { Answer, LoadRequest, Measurements, Request } from "./protocol.ts";
import { ResidentPeak } from "./resident.ts";

interface Loaded {
  readonly timed: WebAssembly.Module;
  readonly measured: Uint8Array;
  readonly watchesEngine: boolean;
  readonly options: RunOptions;
  readonly ports: PortFiles;
}

type Run = RunResult & { readonly files: readonly PutFile[] };

let loaded: Loaded | null = null;

process.on("message", async (request: Request) => {
  let answer: Answer;
  try {
    answer = await answerTo(request);
  } catch (error) {
    answer = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
  collectGarbage();
  process.send!(answer);
});

async function answerTo(request: Request): Promise<Answer> {
  if (request.kind === "load") return load(request);
  if (loaded === null) throw new TypeError("asked to run before there was anything to run");
  if (request.kind === "measure") return measure(loaded);
  return request.kind === "first" ? runFirst(loaded) : ran(run(loaded, loaded.timed));
}

async function load(request: LoadRequest): Promise<Answer> {
  loaded = {
    timed: new WebAssembly.Module(request.timed as Uint8Array<ArrayBuffer>),
    measured: request.measured,
    watchesEngine: request.watchesEngine,
    options: {
      args: request.args,
      externs: await loadExterns(request.externs),
      ...(request.inputFile === null ? {} : { input: readFileSync(request.inputFile) }),
    },
    ports: new PortFiles(request.ports),
  };
  return { kind: "loaded" };
}

/** One run, with ports of its own: what goes through one to standard output stands among what the program prints. */
function run({ options, ports }: Loaded, module: WebAssembly.Module, more: RunOptions = {}): Run {
  const streams: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  const open = ports.open((line) => streams[1].push(line));
  const onWrite = (stream: 1 | 2, bytes: Uint8Array) => streams[stream].push(bytes);
  const result = runModule(module, { ...options, ...more, ports: open.ports, onWrite });
  return { ...result, stdout: Buffer.concat(streams[1]), stderr: Buffer.concat(streams[2]), files: open.files() };
}

function runFirst(loaded: Loaded): Answer {
  const peak = new ResidentPeak();
  const result = run(loaded, loaded.timed);
  return ran(result, peak.grownBytes());
}

async function measure(loaded: Loaded): Promise<Answer> {
  const { measured, watchesEngine } = loaded;
  const module = new WebAssembly.Module(measured as Uint8Array<ArrayBuffer>);
  const enginePauses = new EnginePauses();
  let corePauses: CorePauses | null = null;
  enginePauses.start();
  const begin = performance.now();
  const result = run(loaded, module, {
    hooks: { pauseBegin: () => corePauses?.pauseBegin(), pauseEnd: () => corePauses?.pauseEnd() },
    onInstance: (exports) => {
      const { memory, statistics } = exports;
      if (memory instanceof WebAssembly.Memory && typeof statistics === "function") {
        corePauses = new CorePauses(memory, statistics as () => number);
      }
    },
  });
  const engine = await enginePauses.stop(begin, performance.now());
  const { objects, bytes } = result.exports;
  if (!(objects instanceof WebAssembly.Global) || !(bytes instanceof WebAssembly.Global)) {
    throw new TypeError("the measured module does not export its counts");
  }
  const nothing: Collections = { minor: 0, major: 0, pauses: [] };
  const collections = (corePauses as CorePauses | null)?.result() ?? (watchesEngine ? engine : nothing);
  const measurements: Measurements = { objects: Number(objects.value), bytes: Number(bytes.value), ...collections };
  return ran(result, null, measurements);
}

function ran(result: Run, peakBytes: number | null = null, measurements: Measurements | null = null): Answer {
  const { exitCode, stdout, stderr, files, ms } = result;
  const memoryBytes = (result.exports.memory as WebAssembly.Memory).buffer.byteLength;
  return { kind: "ran", outcome: { exitCode, stdout, stderr, files }, ms, memoryBytes, peakBytes, measurements };
}

function collectGarbage(): void {
  // The second collection frees what the first one found to be only waiting for its finalisation.
  for (let round = 0; round < 2; round++) globalThis.gc!();
}
