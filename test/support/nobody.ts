const NOBODY = 65_534;

/** Runs `work` with the file permissions of nobody: root may write what is read-only. */
export function asNobody<T>(work: () => T): T {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
