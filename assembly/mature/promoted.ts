// What the scans of a minor collection do with each object.

export interface PromotedVisitor {
  /** Visits the fields of a promoted object. @returns its size in bytes */
  promoted(ref: usize): usize;
}
