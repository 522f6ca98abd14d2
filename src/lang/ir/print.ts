/** The IR as readable text, for tests and for looking at. */

import type {
  Atom,
  Block,
  Bound,
  ElementType,
  Instruction,
  InstructionOf,
  IrFunction,
  IrType,
  Label,
  RecordType,
  Variable,
} from "./ir.ts";

/** One function. Variables of the same name are told apart by a number: `t`, `t.2`. */
export function printFunction(fn: IrFunction): string {
  return new FunctionPrinter().print(fn);
}

/** A type in one word: "int", "[Text]", "array [Text]", "Tree", "List[Int]". */
export function printType(type: IrType): string {
  switch (type.kind) {
    case "union":
      return type.union.name;
    case "record":
      return type.record.name;
    case "array":
      return `array ${printElement(type.element)}`;
    case "slice":
      return printElement(type.element);
    default:
      return type.kind;
  }
}

function printElement(element: ElementType): string {
  return `[${element.name}]`;
}

class FunctionPrinter {
  readonly #lines: string[] = [];
  readonly #names = new Map<Variable | Label, string>();
  readonly #used = new Map<string, number>();

  print(fn: IrFunction): string {
    const params = fn.params.map((param) => `${this.#name(param)}: ${printType(param.type)}`);
    const regions = (fn.regions ?? []).map(({ mayBeHeap }, index) => `caller ${index}${mayBeHeap ? " or heap" : ""}`);
    const bound = regions.length === 0 ? "" : ` in ${regions.join(", ")}`;
    this.#lines.push(`fn ${fn.name}(${params.join(", ")})${bound} -> (${fn.results.map(printType).join(", ")})`);
    this.#block(fn.body, "  ");
    return this.#lines.join("\n");
  }

  #name(thing: Variable | Label): string {
    let name = this.#names.get(thing);
    if (name === undefined) {
      const count = (this.#used.get(thing.name) ?? 0) + 1;
      this.#used.set(thing.name, count);
      name = count === 1 ? thing.name : `${thing.name}.${count}`;
      this.#names.set(thing, name);
    }
    return name;
  }

  #atom(atom: Atom): string {
    if (atom.kind === "variable") return this.#name(atom);
    if (atom.type.kind === "bool") return String(atom.value === 1);
    const suffixes: Record<string, string> = { long: "L", byte: "b", float: "f" };
    const text = Object.is(atom.value, -0) ? "-0" : String(atom.value);
    return `${text}${suffixes[atom.type.kind] ?? ""}`;
  }

  #atoms(atoms: readonly Atom[]): string {
    return atoms.map((atom) => this.#atom(atom)).join(", ");
  }

  #field(object: Variable, record: RecordType, index: number): string {
    return `${this.#name(object)}.${record.fields[index]?.name}`;
  }

  #block(block: Block, indent: string): void {
    for (const instruction of block.instructions) this.#instruction(instruction, indent);
  }

  #nested(head: string, block: Block, indent: string): void {
    this.#lines.push(indent + head);
    this.#block(block, `${indent}  `);
  }

  #instruction(instruction: Instruction, indent: string): void {
    switch (instruction.op) {
      case "if":
        this.#nested(`if ${this.#atom(instruction.condition)}`, instruction.then, indent);
        if (instruction.otherwise.instructions.length > 0) this.#nested("else", instruction.otherwise, indent);
        return;
      case "switch":
        this.#lines.push(`${indent}switch ${this.#atom(instruction.value)}`);
        for (const { values, body } of instruction.arms) this.#nested(`${values.join(", ")}:`, body, `${indent}  `);
        this.#nested("otherwise:", instruction.otherwise, `${indent}  `);
        return;
      case "match":
        this.#lines.push(`${indent}match ${this.#name(instruction.value)}`);
        for (const { caseIndex, binding, body } of instruction.arms) {
          const name = instruction.union.cases[caseIndex]?.name;
          const head = binding === undefined ? `${name}:` : `${name} ${this.#name(binding)}:`;
          this.#nested(head, body, `${indent}  `);
        }
        if (instruction.otherwise !== undefined) this.#nested("otherwise:", instruction.otherwise, `${indent}  `);
        return;
      case "loop":
      case "block":
        this.#nested(`${instruction.op} ${this.#name(instruction.label)}`, instruction.body, indent);
        return;
      default:
        this.#lines.push(indent + this.#simple(instruction));
    }
  }

  #simple(instruction: Exclude<Instruction, { op: "if" | "switch" | "match" | "loop" | "block" }>): string {
    const atom = (one: Atom) => this.#atom(one);
    const set = (dst: Variable, text: string) => `${this.#name(dst)}: ${printType(dst.type)} = ${text}`;
    const sets = (dsts: readonly Variable[], text: string) =>
      dsts.length === 0
        ? text
        : `${dsts.map((dst) => `${this.#name(dst)}: ${printType(dst.type)}`).join(", ")} = ${text}`;
    const i = instruction;
    switch (i.op) {
      case "set":
        return `${this.#name(i.dst)} := ${atom(i.src)}`;
      case "unary":
        return set(i.dst, `${i.operator} ${atom(i.a)}`);
      case "binary":
        return set(i.dst, `${i.operator} ${atom(i.a)}, ${atom(i.b)}`);
      case "globalGet":
        return set(i.dst, `global ${i.global.name}`);
      case "static":
        return set(i.dst, `static ${i.source.name}`);
      case "globalSet":
        return `global ${i.global.name} := ${atom(i.value)}`;
      case "same":
        return set(i.dst, `same ${atom(i.a)}, ${atom(i.b)}`);
      case "call":
        return sets(i.dsts, `call ${i.callee.name}(${this.#atoms(i.args)})${boundsOf(i.bounds)}`);
      case "callExtern":
        return sets(i.dsts, `extern ${i.extern.module}.${i.extern.name}(${this.#atoms(i.args)})`);
      case "construct":
        return set(i.dst, `new ${i.record.name}(${this.#atoms(i.args)})${boundOf(i.bound)}`);
      case "immediate":
        return set(i.dst, `case ${i.union.cases[i.caseIndex]?.name}`);
      case "field":
        return set(i.dst, this.#field(i.object, i.record, i.index));
      case "part":
        return set(i.dst, `part ${this.#field(i.object, i.record, i.index)}`);
      case "setField":
        return `${this.#field(i.object, i.record, i.index)} := ${atom(i.value)}`;
      case "unpackedGet":
        return set(i.dst, `${this.#field(i.object, i.record, i.index)}[${atom(i.at)}]`);
      case "unpackedSlice":
        return set(i.dst, `slice ${this.#field(i.object, i.record, i.index)}[${atom(i.start)}..${atom(i.end)}]`);
      case "arrayNew":
        return set(i.dst, `array [${i.element.name}] of ${atom(i.length)}${boundOf(i.bound)}`);
      case "arrayGrow":
        return set(i.dst, `grow ${atom(i.array)}[0..${atom(i.used)}] to ${atom(i.length)}${boundOf(i.bound)}`);
      case "arrayLength":
        return set(i.dst, `length ${atom(i.array)}`);
      case "arrayGet":
        return sets(i.dsts, `${atom(i.array)}[${atom(i.index)}]`);
      case "arraySet":
        return `${atom(i.array)}[${atom(i.index)}] := ${this.#atoms(i.values)}`;
      case "arrayClear":
        return `clear ${atom(i.array)} at ${atom(i.at)}, ${atom(i.count)} elements`;
      case "arrayFill":
        return `fill ${atom(i.array)} at ${atom(i.at)} from ${atom(i.source)} at ${atom(i.from)}, ${atom(i.count)} elements`;
      case "arraySlice":
        return set(i.dst, `slice ${atom(i.array)}[${atom(i.start)}..${atom(i.end)}]`);
      case "sliceLength":
        return set(i.dst, `length ${atom(i.slice)}`);
      case "sliceGet":
        return sets(i.dsts, `${atom(i.slice)}[${atom(i.index)}]`);
      case "sliceSet":
        return `${atom(i.slice)}[${atom(i.index)}] := ${this.#atoms(i.values)}`;
      case "subslice":
        return set(i.dst, `slice ${atom(i.slice)}[${atom(i.start)}..${atom(i.end)}]`);
      case "sliceEmpty":
        return set(i.dst, "empty");
      case "literal":
        return set(i.dst, JSON.stringify(new TextDecoder().decode(i.bytes)));
      case "break":
      case "continue":
        return `${i.op} ${this.#name(i.label)}`;
      case "return":
        return i.values.length === 0 ? "return" : `return ${this.#atoms(i.values)}`;
      case "tailCall":
        return `tail call ${i.callee.name}(${this.#atoms(i.args)})${boundsOf(i.bounds)}${i.resumes ? " resuming" : ""}`;
      case "panic": {
        const numbers = [i.a, i.b].filter((number) => number !== undefined);
        return `panic ${i.code}(${this.#atoms(numbers)}) at line ${i.line}`;
      }
      case "memoryAllocate":
        return set(i.dst, `allocate ${atom(i.bytes)}`);
      case "memoryResize":
        return set(i.dst, `resize ${atom(i.address)} to ${atom(i.bytes)}`);
      case "memoryFree":
        return `free ${atom(i.address)}`;
      case "memoryLoad":
        return set(i.dst, `load ${atom(i.address)}[${atom(i.index)}]`);
      case "memoryStore":
        return `store ${atom(i.address)}[${atom(i.index)}] := ${atom(i.value)}`;
      case "write":
        return `write ${i.stream} ${atom(i.bytes)}`;
      case "readInput":
        return set(i.dst, `input${boundOf(i.bound)}`);
      case "arguments":
        return set(i.dst, `arguments${boundOf(i.bound)}`);
      case "portPut":
        return set(i.dst, `put ${i.port.name}, ${atom(i.value)}`);
      case "portGet":
        return sets(i.dsts, `get ${i.port.name}`);
      case "textSend":
        return `send ${atom(i.bytes)}`;
      case "textReceive":
        return `receive ${atom(i.array)}`;
      case "regionCheckpoint":
        return `checkpoint ${checkpointed(i)}${i.isResumed ? ", or resume" : ""}`;
      case "regionOpen":
        return `open ${regions(i.levels)}`;
      case "regionReset":
        return `${i.releases ? "empty" : "reset"} ${regions(i.levels)}`;
      case "regionClose":
        return "close";
      case "regionCandidate":
        return `candidate ${i.index}`;
      case "regionCollect": {
        const taken = [
          ...(i.ofCallers ? ["callers' regions"] : []),
          ...(i.levels.length > 0 ? [regions(i.levels)] : []),
        ];
        const isPartly = i.filled.length > 0 && i.filled.length < i.levels.length;
        const growing = isPartly ? ` as ${regions(i.filled)} grow` : "";
        const keeping = i.roots.length === 0 ? "" : ` keeping ${this.#atoms(i.roots)}`;
        const before = i.isBeforeCall ? " before call" : "";
        return `collect ${taken.join(" and ")}${growing}${before}${keeping}`;
      }
      case "regionDrop":
        return [
          "drop",
          ...(i.keeping.length === 0 ? [] : [`keeping ${this.#atoms(i.keeping)}`]),
          ...needed(i.needs),
        ].join(" ");
      case "globalReset":
        return `reset global ${i.global.name}`;
      case "arrayFree":
        return `free ${this.#name(i.owner)}${i.field === null ? "" : ` field ${i.field}`}`;
      case "lifetime":
        return sets(i.dsts, `${i.what.name} ${this.#atoms(i.operands)}`.trimEnd());
      case "accessCheck":
        return `check ${this.#name(i.object)} at line ${i.line}`;
    }
  }
}

/** Regions of the function itself, as `boundName` has them. */
function regions(levels: readonly number[]): string {
  return levels.map(levelName).join(", ");
}

/** Regions of callers, as `boundName` has them. */
function callers(indices: readonly number[]): string {
  return indices.length === 0 ? "nothing" : indices.map((index) => `caller ${index}`).join(", ");
}

/** Of what a checkpoint begins parts, what may be the same, and how many there may be in the calls that it resumes. */
function checkpointed({ callers: own, others, most, isProgram }: InstructionOf<"regionCheckpoint">): string {
  if (isProgram) return "program";
  const beside = others.length === 0 ? "" : ` beside ${callers(others)}`;
  return `${callers(own)}${beside}${most > own.length ? ` of ${most}` : ""}`;
}

/** Which sub-regions those of candidates need besides themselves. */
function needed(needs: readonly number[]): string[] {
  return needs.flatMap((bits, index) => {
    const others = [...needs.keys()].filter((other) => other !== index && (bits >> other) & 1);
    return others.length === 0 ? [] : [`(${index} needs ${others.join(", ")})`];
  });
}

function levelName(level: number): string {
  return level === 0 ? "frame" : `iteration ${level}`;
}

function boundName(bound: Bound): string {
  switch (bound.of) {
    case "frame":
      return levelName(0);
    case "iteration":
      return levelName(bound.level);
    case "caller":
      return `caller ${bound.index}`;
    case "global":
      return `global ${bound.global.name}`;
    case "heap":
      return "heap";
  }
}

function boundOf(bound: Bound | undefined): string {
  return bound === undefined ? "" : ` in ${boundName(bound)}`;
}

function boundsOf(bounds: readonly Bound[] | undefined): string {
  return bounds === undefined || bounds.length === 0 ? "" : ` in ${bounds.map(boundName).join(", ")}`;
}
