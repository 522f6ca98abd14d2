/** The statistics of an open heap. */

import { type HeapCounts, readCounts } from "../../core/statistics.ts";
import type { Session } from "../objects/ref.ts";
import type { Core } from "./core.ts";

export interface HeapStatistics extends HeapCounts {
  /** The size of the linear memory, whoever grew it. */
  readonly memoryBytes: number;
}

export function readStatistics(session: Session<Core>): HeapStatistics {
  const block = session.core.statistics();
  const { data } = session.views;
  return { ...readCounts(data, block), memoryBytes: data.byteLength };
}
