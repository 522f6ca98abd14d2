/**
 * From one function of the IR to one wasm function.
 *
 * Control flow, variables, arithmetic and the shape of calls are dealt with here; everything that touches memory is the
 * manager's. Each IR variable owns one local for each wasm value of its representation. A tail call of the function to
 * itself is a jump to its start, behind the prologue; all others are `return_call`.
 */

import binaryen from "binaryen";
import {
  type Atom,
  type Block,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isLifetime,
  type Label,
  type LifetimeInstruction,
  type PanicCode,
  type Variable,
} from "../ir/ir.ts";
import { InternalCompilerError } from "../options.ts";
import { emitBinary, emitUnary } from "./arithmetic.ts";
import type { DispatchArm } from "./dispatch.ts";
import { emitDispatch } from "./dispatch.ts";
import type { FunctionContext } from "./function-context.ts";
import { type Local, Locals, resultType, resultValue } from "./locals.ts";
import type { FunctionLowering, Manager, ManagerContext } from "./manager.ts";
import type { ExpressionRef, Temporary, WasmType } from "./wasm.ts";

const SELF_LABEL = "self";
/** The library has it here; its declarations put it on the module, where it is not. */
const functionNaming = (binaryen as unknown as { Function: Pick<binaryen.Module["Function"], "setLocalName"> })
  .Function;

/** Wasm names of the program's functions: unique, whatever the program calls them. */
export class FunctionNames {
  readonly #names = new Map<IrFunction, string>();
  readonly #taken = new Set<string>();

  nameOf(fn: IrFunction): string {
    const known = this.#names.get(fn);
    if (known !== undefined) return known;
    let name = `mote.${fn.name}`;
    for (let number = 2; this.#taken.has(name); number++) name = `mote.${fn.name}#${number}`;
    this.#names.set(fn, name);
    this.#taken.add(name);
    return name;
  }
}

/** Adds the wasm function of `fn` to the context's module. */
export function lowerFunction(context: ManagerContext, manager: Manager, names: FunctionNames, fn: IrFunction): void {
  new FunctionWriter(context, manager, names, fn).write();
}

class FunctionWriter implements FunctionContext {
  readonly module: binaryen.Module;
  readonly fn: IrFunction;
  readonly #context: ManagerContext;
  readonly #manager: Manager;
  readonly #memory: FunctionLowering;
  readonly #names: FunctionNames;
  readonly hidden: readonly Local[];
  readonly #locals: Locals;
  readonly #variables = new Map<Variable, readonly Local[]>();
  readonly #parameters: ReadonlySet<Variable>;
  readonly #labels = new Map<Label, { readonly breakTo: string; readonly continueTo: string | null }>();
  #labelCount = 0;
  #jumpsToItself = false;

  constructor(context: ManagerContext, manager: Manager, names: FunctionNames, fn: IrFunction) {
    this.module = context.module;
    this.fn = fn;
    this.#context = context;
    this.#manager = manager;
    this.#names = names;
    this.#parameters = new Set(fn.params);
    const hiddenTypes = manager.hiddenParameters?.(fn) ?? [];
    const types = fn.params.map((param) => manager.representation(param.type));
    this.#locals = new Locals(this.module, [...hiddenTypes, ...types.flat()]);
    this.hidden = hiddenTypes.map((_, index) => this.#locals.parameter(index));
    let next = hiddenTypes.length;
    fn.params.forEach((param, position) => {
      const parts = types[position] as readonly WasmType[];
      this.#variables.set(
        param,
        parts.map(() => this.#locals.parameter(next++)),
      );
    });
    this.#memory = manager.lower(this);
  }

  write(): void {
    const { module, fn } = this;
    const { frame } = this.#memory;
    let body = this.lowerBlock(fn.body);
    if (this.#jumpsToItself) body = module.loop(SELF_LABEL, body);
    if (frame !== undefined) {
      const after = frame.epilogue?.() ?? [];
      body = this.sequence([...(frame.prologue?.() ?? []), body, ...after]);
    }
    const results = this.#resultTypes(fn);
    if (fn.results.length > 0 && binaryen.getExpressionType(body) !== binaryen.unreachable) {
      // Every path returns, but a block that is left by a jump does not show it.
      body = module.block(null, [body, module.unreachable()]);
    }
    const ref = module.addFunction(
      this.#names.nameOf(fn),
      binaryen.createType([...this.hidden, ...this.#parameterLocals()].map((local) => local.type)),
      resultType(results),
      this.#locals.variableTypes,
      body,
    );
    if (this.#context.options.names) this.#nameLocals(ref);
  }

  // What managers use

  values(atom: Atom): ExpressionRef[] {
    if (atom.kind === "variable") return this.#localsOf(atom).map((_, part) => this.read(atom, part));
    if (atom.type.kind === "long") return [this.module.i64.const(atom.value as bigint)];
    if (atom.type.kind === "float") return [this.module.f64.const(atom.value as number)];
    return [this.module.i32.const(atom.value as number)];
  }

  value(atom: Atom): ExpressionRef {
    const [value, ...rest] = this.values(atom);
    if (value === undefined || rest.length > 0) {
      throw new InternalCompilerError(`a value of type ${atom.type.kind} is not one wasm value`);
    }
    return value;
  }

  allValues(atoms: readonly Atom[]): ExpressionRef[] {
    return atoms.flatMap((atom) => this.values(atom));
  }

  read(variable: Variable, part = 0): ExpressionRef {
    const content = this.#localOf(variable, part).get();
    if (this.#parameters.has(variable)) return content;
    return this.#manager.locals?.read(variable, part, content) ?? content;
  }

  assign(variable: Variable, values: readonly ExpressionRef[]): ExpressionRef {
    const locals = this.#localsOf(variable);
    if (locals.length !== values.length) {
      throw new InternalCompilerError(`${variable.name} has ${locals.length} parts, not ${values.length}`);
    }
    return this.sequence(values.map((value, part) => (locals[part] as Local).set(value)));
  }

  assignPart(variable: Variable, part: number, value: ExpressionRef): ExpressionRef {
    return this.#localOf(variable, part).set(value);
  }

  temporary(type: WasmType): Temporary {
    return this.#locals.add(type);
  }

  sequence(statements: readonly ExpressionRef[]): ExpressionRef {
    return statements.length === 1 ? (statements[0] as ExpressionRef) : this.module.block(null, statements);
  }

  panic(code: PanicCode, line: number, a?: ExpressionRef, b?: ExpressionRef): ExpressionRef {
    return this.#context.wasi.panic(code, line, a, b);
  }

  dispatch(
    selector: ExpressionRef,
    arms: readonly DispatchArm[],
    otherwise: (() => ExpressionRef) | null,
  ): ExpressionRef {
    const temporary = this.temporary(binaryen.i32);
    return emitDispatch(this.module, selector, arms, otherwise, temporary, this.newLabel("dispatch"));
  }

  newLabel(name: string): string {
    return `${name}${this.#labelCount++}`;
  }

  lowerBlock(block: Block): ExpressionRef {
    return this.sequence(block.instructions.map((instruction) => this.#instruction(instruction)));
  }

  // Variables

  #localsOf(variable: Variable): readonly Local[] {
    let locals = this.#variables.get(variable);
    if (locals === undefined) {
      const types = this.#manager.locals?.types(variable) ?? this.#manager.representation(variable.type);
      locals = types.map((type) => this.#locals.add(type));
      this.#variables.set(variable, locals);
    }
    return locals;
  }

  #localOf(variable: Variable, part: number): Local {
    const local = this.#localsOf(variable)[part];
    if (local === undefined) throw new InternalCompilerError(`${variable.name} has no part ${part}`);
    return local;
  }

  #parameterLocals(): Local[] {
    return this.fn.params.flatMap((param) => this.#localsOf(param));
  }

  #resultTypes(fn: IrFunction): WasmType[] {
    return [...fn.results.flatMap((type) => this.#manager.representation(type)), ...this.#hiddenResults(fn)];
  }

  #hiddenResults(fn: IrFunction): readonly WasmType[] {
    return this.#manager.hiddenResults?.(fn) ?? [];
  }

  #nameLocals(ref: binaryen.FunctionRef): void {
    for (const [variable, locals] of this.#variables) {
      locals.forEach((local, part) => {
        const suffix = locals.length > 1 ? `.${part}` : "";
        functionNaming.setLocalName(ref, local.index, `${variable.name}.${variable.id}${suffix}`);
      });
    }
  }

  // Instructions

  #instruction(instruction: Instruction): ExpressionRef {
    const { module } = this;
    const memory = this.#memory;
    if (isLifetime(instruction)) return this.#lifetime(instruction);
    switch (instruction.op) {
      case "set":
        return this.#set(instruction);
      case "unary":
        return this.assign(instruction.dst, [
          emitUnary(module, instruction.operator, instruction.a.type, () => this.value(instruction.a)),
        ]);
      case "binary":
        return this.assign(instruction.dst, [
          emitBinary(
            module,
            instruction.operator,
            instruction.a.type,
            this.value(instruction.a),
            this.value(instruction.b),
          ),
        ]);
      case "call":
        return this.#call(instruction);
      case "tailCall":
        return this.#tailCall(instruction);
      case "return":
        return this.#return(instruction);
      case "if":
        return this.#if(instruction);
      case "switch":
        return this.dispatch(
          this.value(instruction.value),
          instruction.arms.map((arm) => ({ values: arm.values, body: () => this.lowerBlock(arm.body) })),
          () => this.lowerBlock(instruction.otherwise),
        );
      case "match":
        return this.#match(instruction);
      case "loop":
        return this.#loop(instruction);
      case "block": {
        const breakTo = this.newLabel(instruction.label.name);
        this.#labels.set(instruction.label, { breakTo, continueTo: null });
        return module.block(breakTo, [this.lowerBlock(instruction.body)], binaryen.none);
      }
      case "break":
        return module.br(this.#labelOf(instruction.label).breakTo);
      case "continue": {
        const { continueTo } = this.#labelOf(instruction.label);
        if (continueTo === null) throw new InternalCompilerError(`${instruction.label.name} is not a loop`);
        return module.br(continueTo);
      }
      case "panic":
        return this.panic(
          instruction.code,
          instruction.line,
          instruction.a === undefined ? undefined : this.value(instruction.a),
          instruction.b === undefined ? undefined : this.value(instruction.b),
        );
      case "globalGet":
        return memory.globalGet(instruction);
      case "globalSet":
        return memory.globalSet(instruction);
      case "same":
        return memory.same(instruction);
      case "construct":
        return memory.construct(instruction);
      case "immediate":
        return memory.immediate(instruction);
      case "field":
        return memory.field(instruction);
      case "setField":
        return memory.setField(instruction);
      case "part":
        return memory.part(instruction);
      case "unpackedGet":
        return memory.unpackedGet(instruction);
      case "unpackedSlice":
        return memory.unpackedSlice(instruction);
      case "arrayNew":
        return memory.arrayNew(instruction);
      case "arrayGrow":
        return memory.arrayGrow(instruction);
      case "arrayLength":
        return memory.arrayLength(instruction);
      case "arrayGet":
        return memory.arrayGet(instruction);
      case "arraySet":
        return memory.arraySet(instruction);
      case "arrayClear":
        return memory.arrayClear(instruction);
      case "arrayFill":
        return memory.arrayFill(instruction);
      case "arraySlice":
        return memory.arraySlice(instruction);
      case "sliceLength":
        return memory.sliceLength(instruction);
      case "sliceGet":
        return memory.sliceGet(instruction);
      case "sliceSet":
        return memory.sliceSet(instruction);
      case "subslice":
        return memory.subslice(instruction);
      case "sliceEmpty":
        return memory.sliceEmpty(instruction);
      case "literal":
        return memory.literal(instruction);
      case "static":
        return memory.static(instruction);
      case "memoryAllocate":
        return this.#context.manual.allocate(this, instruction);
      case "memoryResize":
        return this.#context.manual.resize(this, instruction);
      case "memoryFree":
        return this.#context.manual.free(this, instruction);
      case "memoryLoad":
        return this.#context.manual.load(this, instruction);
      case "memoryStore":
        return this.#context.manual.store(this, instruction);
      case "callExtern":
        return this.#context.externs.call(this, instruction, (text, line) => memory.lend(text, line));
      case "write":
        return memory.write(instruction);
      case "readInput":
        return memory.readInput(instruction);
      case "arguments":
        return memory.arguments(instruction);
      case "portPut":
        return this.assign(instruction.dst, [this.#context.ports.put(instruction.port, this.value(instruction.value))]);
      case "portGet":
        return this.#portGet(instruction);
      case "textSend":
        return memory.textSend(instruction);
      case "textReceive":
        return memory.textReceive(instruction);
    }
  }

  #portGet({ dsts, port }: InstructionOf<"portGet">): ExpressionRef {
    const { ask, has, value } = this.#context.ports.get(port, (type) => this.temporary(type));
    return this.sequence([ask, this.assign(dsts[0], [has]), this.assign(dsts[1], [value])]);
  }

  #set(instruction: InstructionOf<"set">): ExpressionRef {
    if (instruction.src === instruction.dst) return this.module.nop();
    return this.assign(instruction.dst, this.values(instruction.src));
  }

  #if(instruction: InstructionOf<"if">): ExpressionRef {
    const condition = this.value(instruction.condition);
    const then = this.lowerBlock(instruction.then);
    if (instruction.otherwise.instructions.length === 0) return this.module.if(condition, then);
    return this.module.if(condition, then, this.lowerBlock(instruction.otherwise));
  }

  #match(instruction: InstructionOf<"match">): ExpressionRef {
    const { otherwise } = instruction;
    return this.#memory.match(
      instruction,
      (arm) => this.lowerBlock(arm.body),
      otherwise === undefined ? null : () => this.lowerBlock(otherwise),
    );
  }

  #loop(instruction: InstructionOf<"loop">): ExpressionRef {
    const { module } = this;
    const breakTo = this.newLabel(instruction.label.name);
    const continueTo = `${breakTo}.again`;
    this.#labels.set(instruction.label, { breakTo, continueTo });
    const before = this.#memory.frame?.beginLoop?.(instruction) ?? [];
    const body = module.block(null, [this.lowerBlock(instruction.body), module.br(continueTo)]);
    const loop = module.block(breakTo, [module.loop(continueTo, body)], binaryen.none);
    return this.sequence([...before, loop, ...(this.#memory.frame?.endLoop?.(instruction) ?? [])]);
  }

  #labelOf(label: Label): { readonly breakTo: string; readonly continueTo: string | null } {
    const names = this.#labels.get(label);
    if (names === undefined) throw new InternalCompilerError(`jump to ${label.name} from outside`);
    return names;
  }

  #lifetime(instruction: LifetimeInstruction): ExpressionRef {
    const lowered = this.#memory.frame?.lifetime?.(instruction) ?? null;
    if (lowered !== null) return lowered;
    throw new InternalCompilerError(`the manager has no ${instruction.op}: its pass inserts none`);
  }

  #call(instruction: InstructionOf<"call">): ExpressionRef {
    const emit = (hidden: readonly ExpressionRef[], targets: readonly Temporary[]): ExpressionRef =>
      this.#emitCall(instruction, hidden, targets);
    return this.#memory.frame?.call?.(instruction, emit) ?? emit([], []);
  }

  #tailCall(instruction: InstructionOf<"tailCall">): ExpressionRef {
    const emit = (hidden: readonly ExpressionRef[]): ExpressionRef => this.#emitTailCall(instruction, hidden);
    return this.#memory.frame?.tailCall?.(instruction, emit) ?? emit([]);
  }

  #return({ values }: InstructionOf<"return">): ExpressionRef {
    const { module } = this;
    const emit = (hidden: readonly ExpressionRef[]): ExpressionRef =>
      module.return(resultValue(module, [...this.allValues(values), ...hidden]));
    return this.#memory.frame?.return?.(emit) ?? emit([]);
  }

  #emitCall(
    instruction: InstructionOf<"call">,
    hidden: readonly ExpressionRef[],
    hiddenTargets: readonly Temporary[],
  ): ExpressionRef {
    const { module } = this;
    const { callee, dsts } = instruction;
    const types = this.#resultTypes(callee);
    const type = resultType(types);
    const call = module.call(this.#names.nameOf(callee), [...hidden, ...this.allValues(instruction.args)], type);
    const firstHidden = types.length - this.#hiddenResults(callee).length;
    const targets = [
      ...dsts.flatMap((dst) => this.#localsOf(dst)).map((target, part) => ({ target, part })),
      ...hiddenTargets.map((target, index) => ({ target, part: firstHidden + index })),
    ];
    const [first] = targets;
    if (first === undefined) return type === binaryen.none ? call : module.drop(call);
    if (types.length === 1) return first.target.set(call);
    const tuple = this.temporary(type);
    return module.block(null, [
      tuple.set(call),
      ...targets.map(({ target, part }) => target.set(module.tuple.extract(tuple.get(), part))),
    ]);
  }

  #emitTailCall(instruction: InstructionOf<"tailCall">, hidden: readonly ExpressionRef[]): ExpressionRef {
    const { module, fn } = this;
    const operands = [...hidden, ...this.allValues(instruction.args)];
    if (instruction.callee !== fn) {
      return module.return_call(
        this.#names.nameOf(instruction.callee),
        operands,
        resultType(this.#resultTypes(instruction.callee)),
      );
    }
    this.#jumpsToItself = true;
    // All operands are evaluated before the first parameter changes.
    const targets = [...this.hidden, ...this.#parameterLocals()];
    const copies = targets.map((target) => this.temporary(target.type));
    return module.block(null, [
      ...copies.map((copy, index) => copy.set(operands[index] as ExpressionRef)),
      ...targets.map((target, index) => target.set((copies[index] as Temporary).get())),
      module.br(SELF_LABEL),
    ]);
  }
}
