/**
 * Random well-typed programs in the IR, the same for the same choices: records that are changed and shared, on their
 * own and inside others, a recursive union, globals, arrays and slices of it, branches, loops, calls, tail calls and
 * recursion. They end, and they never panic.
 *
 * Every function has a parameter `depth`, which calls pass on smaller by one; at zero nothing more is called. All
 * arrays have two elements, written before anything is read, so that each index below two is in range.
 */

import type { Atom, ElementType, IrGlobal, IrProgram, IrType, RecordType, Variable } from "../../src/lang/ir/ir.ts";
import { type FunctionBuilder, INT, int, ProgramBuilder, recordOf, unionOf } from "../lang/ir-notation.ts";
import type { Choose } from "./random.ts";

const DEPTH = 3;
const LENGTH = int(2);

const box: RecordType = { ...recordOf("Box", []), isPart: true };
const BOX: IrType = { kind: "record", record: box };
const node = unionOf("Node", {
  None: null,
  Some: (self) => [
    ["next", self],
    ["box", BOX],
  ],
});
const NODE = node.type;
const ELEMENT: ElementType = { name: "Node", components: [NODE] };
const ARRAY: IrType = { kind: "array", element: ELEMENT };
const SLICE: IrType = { kind: "slice", element: ELEMENT };
box.fields = recordOf("Box", [
  ["node", NODE],
  ["items", SLICE],
]).fields;

/** Has a box inside, between fields of its own. */
const crate = recordOf("Crate", [["above", NODE]]);
crate.fields.push({ name: "box", type: BOX, mutable: false, inline: box });
crate.fields.push({ name: "below", type: SLICE, mutable: true });
const CRATE_BOX = 1;

const TYPES = [NODE, BOX, ARRAY, SLICE] as const;
const GLOBALS: readonly IrGlobal[] = TYPES.map((type, index) => ({ name: `g${index}`, type }));

/** The program that the choices lead to; its `main` calls all its functions. */
export function generateProgram(choose: Choose): IrProgram {
  return new Generator(choose).program();
}

class Generator {
  readonly #below: Choose;
  readonly #program = new ProgramBuilder();
  readonly #functions: FunctionBuilder[] = [];

  constructor(choose: Choose) {
    this.#below = choose;
  }

  program(): IrProgram {
    for (let index = 2 + this.#below(4); index > 0; index--) {
      const params = this.#some(3).map((type, at) => [`p${at}`, type] as const);
      const results = this.#some(2);
      this.#functions.push(this.#program.declare(`f${index}`, [["depth", INT], ...params], results));
    }
    const main = this.#program.declare("main", [], []);
    for (const f of this.#functions) new BodyGenerator(f, this.#functions, this.#below, f.param(0)).fill();
    const body = new BodyGenerator(main, this.#functions, this.#below, int(DEPTH));
    body.setGlobals();
    for (const f of this.#functions) body.call(f);
    main.return();
    return this.#program.program();
  }

  #some(most: number): IrType[] {
    return Array.from({ length: this.#below(most + 1) }, () => TYPES[this.#below(TYPES.length)]!);
  }
}

class BodyGenerator {
  readonly #f: FunctionBuilder;
  readonly #functions: readonly FunctionBuilder[];
  readonly #below: Choose;
  readonly #depth: Atom;
  /** What may be read here. */
  #scope: Variable[];
  #mutables: Variable[] = [];
  #arrays = 0;

  constructor(f: FunctionBuilder, functions: readonly FunctionBuilder[], below: Choose, depth: Atom) {
    this.#f = f;
    this.#functions = functions;
    this.#below = below;
    this.#depth = depth;
    this.#scope = f.fn.params.filter(({ type }) => type.kind !== "int");
  }

  fill(): void {
    const f = this.#f;
    f.if(f.binary("le", this.#depth, int(0)), () => this.#nested(() => this.#return()));
    for (let count = this.#below(3); count > 0; count--) {
      const type = this.#type();
      const mutable = f.mutable("m", type, this.#value(type));
      this.#mutables.push(mutable);
      this.#scope.push(mutable);
    }
    this.#statements(4 + this.#below(8), 2);
    this.#end();
  }

  call(callee: FunctionBuilder): void {
    this.#scope.push(...this.#f.call(callee, ...this.#arguments(callee)));
  }

  setGlobals(): void {
    for (const global of GLOBALS) this.#f.emit({ op: "globalSet", global, value: this.#value(global.type) });
  }

  #type(): IrType {
    return TYPES[this.#below(TYPES.length)]!;
  }

  #arguments(callee: FunctionBuilder): Atom[] {
    const depth = this.#depth.kind === "constant" ? this.#depth : this.#f.binary("sub", this.#depth, int(1));
    return [depth, ...callee.fn.params.slice(1).map(({ type }) => this.#value(type))];
  }

  /** A value of a type: mostly one that exists, sometimes a new one. */
  #value(type: IrType): Variable {
    const known = this.#scope.filter((variable) => variable.type.kind === type.kind);
    const made = known.length > 0 && this.#below(4) > 0 ? known[this.#below(known.length)]! : this.#new(type);
    return made;
  }

  #new(type: IrType): Variable {
    const f = this.#f;
    let made: Variable;
    switch (type.kind) {
      case "union":
        if (this.#below(2) === 0) made = f.define(NODE, { op: "immediate", union: node.union, caseIndex: 0 });
        else made = f.construct(node.record("Some"), this.#value(NODE), this.#known(BOX) ?? this.#new(BOX));
        break;
      case "record":
        made = this.#below(3) === 0 ? this.#boxOfCrate() : f.construct(box, this.#anyNode(), this.#anySlice());
        break;
      case "array":
        made = this.#array();
        break;
      default:
        made = f.define(SLICE, {
          op: "arraySlice",
          array: this.#known(ARRAY) ?? this.#new(ARRAY),
          start: int(0),
          end: LENGTH,
        });
    }
    this.#scope.push(made);
    return made;
  }

  /** An array of nodes; every other one has grown when it had one, whatever the random numbers. */
  #array(): Variable {
    const f = this.#f;
    const set = (array: Variable, index: number) =>
      f.emit({ op: "arraySet", isFirst: true, array, index: int(index), values: [this.#anyNode()] });
    const grows = this.#arrays++ % 2 === 1;
    let made = f.define(ARRAY, { op: "arrayNew", element: ELEMENT, length: grows ? int(1) : LENGTH });
    set(made, 0);
    if (grows) {
      made = f.define(ARRAY, { op: "arrayGrow", array: made, used: int(1), element: ELEMENT, length: LENGTH });
    }
    set(made, 1);
    return made;
  }

  #anyNode(): Variable {
    return this.#known(NODE) ?? this.#none();
  }

  #anySlice(): Variable {
    return this.#known(SLICE) ?? this.#empty();
  }

  /** The box inside a new crate: all that is kept of it. */
  #boxOfCrate(): Variable {
    const f = this.#f;
    const made = f.construct(crate, this.#anyNode(), this.#anyNode(), this.#anySlice(), this.#anySlice());
    if (this.#below(2) === 0) {
      f.emit({ op: "setField", object: made, record: crate, index: 0, value: this.#anyNode() });
    }
    return f.define(BOX, { op: "part", object: made, record: crate, index: CRATE_BOX });
  }

  #known(type: IrType): Variable | undefined {
    const known = this.#scope.filter((variable) => variable.type.kind === type.kind);
    return known.length === 0 ? undefined : known[this.#below(known.length)];
  }

  #none(): Variable {
    return this.#f.define(NODE, { op: "immediate", union: node.union, caseIndex: 0 });
  }

  /** A slice of two that holds nothing. */
  #empty(): Variable {
    const array = this.#f.define(ARRAY, { op: "arrayNew", element: ELEMENT, length: LENGTH });
    for (const index of [0, 1])
      this.#f.emit({ op: "arraySet", isFirst: true, array, index: int(index), values: [this.#none()] });
    return this.#f.define(SLICE, { op: "arraySlice", array, start: int(0), end: LENGTH });
  }

  #statements(count: number, nesting: number): void {
    for (let left = count; left > 0; left--) this.#statement(nesting);
  }

  #statement(nesting: number): void {
    const f = this.#f;
    const index = int(this.#below(2));
    switch (this.#below(nesting > 0 ? 14 : 11)) {
      case 0:
        this.#new(this.#type());
        return;
      case 1:
        this.#scope.push(f.field(this.#value(BOX), this.#below(2)));
        return;
      case 2:
        f.emit({ op: "setField", object: this.#value(BOX), record: box, index: 0, value: this.#value(NODE) });
        return;
      case 3:
        f.emit({ op: "setField", object: this.#value(BOX), record: box, index: 1, value: this.#value(SLICE) });
        return;
      case 4:
        f.emit({ op: "arraySet", array: this.#value(ARRAY), index, values: [this.#value(NODE)] });
        return;
      case 5:
        f.emit({ op: "sliceSet", slice: this.#value(SLICE), index, values: [this.#value(NODE)] });
        return;
      case 6: {
        const dst = f.variable("element", NODE);
        if (this.#below(2) === 0) f.emit({ op: "arrayGet", dsts: [dst], array: this.#value(ARRAY), index });
        else f.emit({ op: "sliceGet", dsts: [dst], slice: this.#value(SLICE), index });
        this.#scope.push(dst);
        return;
      }
      case 7: {
        const [array, source] = [this.#value(ARRAY), this.#value(SLICE)];
        f.emit({ op: "arrayFill", array, at: int(0), source, from: int(0), count: LENGTH });
        this.#scope.push(f.define(SLICE, { op: "subslice", slice: source, start: int(0), end: LENGTH }));
        return;
      }
      case 8: {
        const target = this.#mutables[this.#below(this.#mutables.length + 1)];
        if (target !== undefined) f.set(target, this.#value(target.type));
        return;
      }
      case 9:
        this.call(this.#functions[this.#below(this.#functions.length)]!);
        return;
      case 10: {
        const global = GLOBALS[this.#below(GLOBALS.length)]!;
        if (this.#below(3) === 0) f.emit({ op: "globalSet", global, value: this.#value(global.type) });
        else this.#scope.push(f.define(global.type, { op: "globalGet", global }));
        return;
      }
      case 11:
        f.if(
          this.#condition(),
          () => this.#nested(() => this.#branch(nesting)),
          () => this.#nested(() => this.#branch(nesting)),
        );
        return;
      case 12:
        f.range(int(0), LENGTH, () => this.#nested(() => this.#statements(1 + this.#below(4), nesting - 1)));
        return;
      default:
        f.match(this.#value(NODE), {
          0: () => this.#nested(() => this.#statements(this.#below(2), nesting - 1)),
          1: (binding) =>
            this.#nested(() => {
              this.#scope.push(f.field(binding, 0), f.field(binding, 1));
              if (this.#below(3) === 0) this.#rewire(binding);
              this.#statements(1 + this.#below(3), nesting - 1);
            }),
        });
    }
  }

  /** Changes a node itself, as a class would. */
  #rewire(binding: Variable): void {
    const record = node.record("Some");
    this.#f.emit({ op: "setField", object: binding, record, index: 0, value: this.#value(NODE) });
  }

  #branch(nesting: number): void {
    this.#statements(1 + this.#below(3), nesting - 1);
    if (this.#below(5) === 0) this.#end();
  }

  #condition(): Variable {
    return this.#f.binary("eq", this.#f.binary("rem", this.#depth, LENGTH), int(this.#below(2)));
  }

  /** What is defined in a block cannot be read behind it. */
  #nested(fill: () => void): void {
    const outer = this.#scope;
    this.#scope = [...outer];
    fill();
    this.#scope = outer;
  }

  /** Leaves the function by a tail call where one fits, or by a return. */
  #end(): void {
    const f = this.#f;
    const kinds = (of: FunctionBuilder) => of.fn.results.map(({ kind }) => kind).join();
    const fitting = this.#functions.filter((each) => kinds(each) === kinds(f));
    const callee = fitting[this.#below(fitting.length * 2)];
    if (callee === undefined || f.fn.name === "main") this.#return();
    else f.tailCall(callee, ...this.#arguments(callee));
  }

  #return(): void {
    this.#f.return(...this.#f.fn.results.map((type) => this.#value(type)));
  }
}
