/** What richards.mote prints. */

/** The counts by which every implementation of the simulation is checked. */
export function richards(runs: number): string {
  return `${runs} runs: ${runs * 23246} packets sent, ${runs * 9297} holds\n`;
}
