/**
 * Milliseconds of CPU that this process uses from now on, with the server in it. Tests of what a document costs
 * the server go by it and not by the clock, since others share the machine.
 */
export function startCpuTime(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}
