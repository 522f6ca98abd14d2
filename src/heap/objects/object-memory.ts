/** What a heap and regions have in common: a memory, shapes, scopes, an end. */

import { HeapError, shown } from "../../core/errors.ts";
import type { CoreInstance } from "../../core/instance.ts";
import type { Session } from "./ref.ts";
import type { AnyRep, Fields, FieldsIn, FieldsOut, Rep } from "./rep.ts";
import type { Scope } from "./scope.ts";
import { ArrayShape, RecordShape } from "./shape.ts";

export abstract class ObjectMemory<C extends CoreInstance> {
  /** @internal */
  protected readonly session: Session<C>;

  /** @internal */
  protected constructor(session: Session<C>) {
    this.session = session;
  }

  /** The memory that the objects live in. It may be grown by anybody. */
  get memory(): WebAssembly.Memory {
    return this.session.core.memory;
  }

  get isOpen(): boolean {
    return this.session.isOpen;
  }

  /** Ends all use: whatever touches an object from now on throws "closed". The memory goes when nobody holds it. */
  close(): void {
    this.session.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Defines a kind of record. The fields lie in the order given, each at its natural alignment.
   * @param fields reps by name; cleared fields read as 0, null or an empty slice
   * @throws HeapError bad-option, out-of-memory
   */
  defineRecord<F extends Fields>(name: string, fields: F): RecordShape<F> {
    this.session.assertOpen();
    assertName(name);
    return new RecordShape<F>(this.session, name, fields);
  }

  /**
   * Defines a kind of array.
   * @param element a rep, or the fields of a record that each element stores inline
   * @throws HeapError bad-option, out-of-memory
   */
  defineArray<E extends AnyRep>(name: string, element: E): ArrayShape<E>;
  defineArray<F extends Fields>(name: string, element: F): ArrayShape<Rep<FieldsOut<F>, FieldsIn<F>>>;
  defineArray(name: string, element: AnyRep | Fields): ArrayShape {
    this.session.assertOpen();
    assertName(name);
    return new ArrayShape(this.session, name, element);
  }

  /** Starts a scope: references made until its end are released at its end, unless they are kept. */
  scope(): Scope {
    this.session.assertOpen();
    return this.session.scopes.enter();
  }

  /** Lets the nth memory.grow from now on fail; 0 for none. @throws HeapError needs-debug */
  refuseGrow(nth: number): void {
    this.debugCore("refuseGrow").refuseGrow(nth);
  }

  /** @internal */
  protected debugCore(operation: string): C {
    this.session.assertOpen();
    const { core } = this.session;
    if (core.isDebug) return core;
    throw new HeapError("needs-debug", `${operation} needs the debug core: open the heap with debug: true`);
  }
}

function assertName(name: unknown): void {
  if (typeof name !== "string" || name === "") {
    throw new HeapError("bad-option", `A shape's name is a text that is not empty, not ${shown(name)}`);
  }
}
